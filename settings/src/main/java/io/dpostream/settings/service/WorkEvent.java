package io.dpostream.settings.service;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A stretch of a service's work, such as a step or a batch, for a flight recording of the process
 * to show who works when. It costs nothing unless a recording runs.
 *
 * <p>To be used with {@code try}, which commits it: {@code try (WorkEvent step =
 * WorkEvent.begin("trainer", "step", 12)) {...}}.
 */
@Name(WorkEvent.NAME)
@Label("Work")
@Category("dpo-stream")
@Description("A stretch of a service's work")
@StackTrace(false)
public final class WorkEvent extends Event implements AutoCloseable {
  /** Name under which a recording holds these events. */
  public static final String NAME = "dpostream.Work";

  @Label("Service")
  private final String service;

  @Label("Activity")
  private final String activity;

  @Label("Number")
  @Description("Of the step or version, or how many pairs")
  private final long number;

  private WorkEvent(String service, String activity, long number) {
    this.service = service;
    this.activity = activity;
    this.number = number;
  }

  /**
   * Begins a stretch of work.
   *
   * @param service who works, such as {@code trainer}
   * @param activity what is done, such as {@code step}
   * @param number of the step or version, or how many pairs
   */
  public static WorkEvent begin(String service, String activity, long number) {
    WorkEvent event = new WorkEvent(service, activity, number);
    event.begin();
    return event;
  }

  /** Ends the stretch. */
  @Override
  public void close() {
    commit();
  }
}
