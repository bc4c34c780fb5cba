package io.dpostream.pipeline.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The command, run in this process as the shell would run it. */
public record Dpo(int code, String out, String err) {

  public static Dpo run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Dpo(code, out.toString(), err.toString());
  }

  /** The last line of the output. */
  public String lastLine() {
    return out.lines().reduce("", (before, line) -> line);
  }
}
