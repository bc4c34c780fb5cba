package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Side;
import io.dpostream.judge.human.Progress.Agreement;
import io.dpostream.judge.human.TaskTable.GivenUp;
import io.dpostream.judge.human.TaskTable.Undone;
import io.dpostream.schemas.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskTableTest {
  private static final Instant NOON = Instant.parse("2025-06-01T12:00:00Z");
  private static final Duration LEASE = Duration.ofMinutes(10);
  private static final Duration WINDOW = Duration.ofHours(1);

  private final TaskTable table = new TaskTable(rules(1, 100, false));

  @Test
  void shouldNeverLeaseOnePlaceToTwoPeople() {
    sampled(table, "p1", "p2");

    assertThat(next("ann", NOON)).isEqualTo("p1");
    assertThat(next("bob", NOON)).isEqualTo("p2");
    assertThat(table.next("cy", NOON)).isEmpty();
    assertThat(next("ann", NOON)).as("a reload shows the same").isEqualTo("p1");
  }

  @Test
  void shouldOfferPairsOfNewerVersionsFirst() {
    table.sampled(pair("old"), 0);
    table.sampled(pair("new 1"), 2);
    table.sampled(pair("new 2"), 2);
    table.sampled(pair("between"), 1);

    assertThat(next("ann", NOON)).isEqualTo("new 1");
    assertThat(next("bob", NOON)).isEqualTo("new 2");
    assertThat(next("cy", NOON)).isEqualTo("between");
    table.sampled(pair("newest"), 3);
    assertThat(next("ann", NOON)).as("who reads one keeps it").isEqualTo("new 1");
  }

  @Test
  void shouldGiveUpPairsOfTheOldestVersionWhenTooManyWait() {
    TaskTable small = new TaskTable(rules(1, 2, false));
    small.sampled(pair("old"), 0);
    small.sampled(pair("new 1"), 1);
    small.sampled(pair("new 2"), 1);

    assertThat(small.toGiveUp(NOON)).extracting(TaskTableTest::pairId).containsExactly("old");
  }

  @Test
  void shouldOfferAPairAgainWhenItsLeaseEnds() {
    sampled(table, "p1");
    next("ann", NOON);

    assertThat(table.next("bob", NOON.plus(LEASE).minusMillis(1))).isEmpty();
    assertThat(next("bob", NOON.plus(LEASE))).isEqualTo("p1");
    assertThat(post("ann", "p1", NOON.plus(LEASE))).isInstanceOf(SubmissionResult.TooLate.class);
    assertThat(post("bob", "p1", NOON.plus(LEASE))).isInstanceOf(SubmissionResult.Accepted.class);
  }

  @Test
  void shouldTellALatePersonThoughNobodyElseTookThePair() {
    sampled(table, "p1");
    next("ann", NOON);
    Instant nextMorning = NOON.plus(Duration.ofHours(20));

    assertThat(post("ann", "p1", nextMorning))
        .isEqualTo(
            new SubmissionResult.TooLate(
                "Your time for this pair has ended, so it went back to everybody."));
    assertThat(table.lost("ann", "p1", 1, nextMorning)).isPresent();
    assertThat(next("ann", nextMorning)).as("and it is offered again").isEqualTo("p1");
    assertThat(table.lost("ann", "p1", 1, nextMorning)).isEmpty();
  }

  @Test
  void shouldCountTheSameAnswerOnce() {
    sampled(table, "p1");
    next("ann", NOON);

    HumanVote vote = accepted(table.post("ann", "p1", 1, Choice.LEFT, NOON));
    HumanVote retried = accepted(table.post("ann", "p1", 1, Choice.TIE, NOON));
    table.voted(vote);
    table.voted(vote);
    SubmissionResult third = table.post("ann", "p1", 1, Choice.RIGHT, NOON);

    assertThat(retried)
        .as("what may stand in the log already is written again as it was")
        .isEqualTo(vote);
    assertThat(third).isEqualTo(new SubmissionResult.Repeated(vote));
    assertThat(table.progress("ann")).isEqualTo(new Progress(1, 0, Agreement.NONE, Agreement.NONE));
  }

  @Test
  void shouldKeepThePlaceOfAVoteThatIsBeingWritten() {
    sampled(table, "p1");
    next("ann", NOON);
    accepted(table.post("ann", "p1", 1, Choice.LEFT, NOON));

    assertThat(table.next("bob", NOON.plus(LEASE))).isEmpty();
  }

  @Test
  void shouldKeepAnAnswerWhoseWritingOutlastsTheLease() {
    sampled(table, "p1");
    next("ann", NOON);
    Instant lastMinute = NOON.plus(LEASE).minusSeconds(60);
    HumanVote vote = accepted(table.post("ann", "p1", 1, Choice.LEFT, lastMinute));

    assertThat(accepted(table.post("ann", "p1", 1, Choice.LEFT, NOON.plus(LEASE)))).isEqualTo(vote);
    assertThat(table.lost("ann", "p1", 1, NOON.plus(LEASE))).isEmpty();
    table.ended("p1", NOON);
    assertThat(table.post("ann", "p1", 1, Choice.LEFT, NOON.plus(WINDOW)))
        .isEqualTo(
            new SubmissionResult.TooLate("This pair was decided while you were reading it."));
  }

  @Test
  void shouldMapTheSidesBackToThePairAndShowEachPersonHerOwnOrder() {
    Set<Side> onAnnsLeft = new HashSet<>();
    Set<Boolean> sameForBob = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      String id = "p" + i;
      sampled(table, id);
      Task task = table.next("ann", NOON).orElseThrow();
      HumanVote vote = accepted(table.post("ann", id, 1, Choice.LEFT, NOON));
      table.voted(vote);

      assertThat(vote.verdict()).isEqualTo(VerdictKind.valueOf(task.left().name()));
      assertThat(Choice.of(vote.verdict(), task.left())).isEqualTo(Choice.LEFT);
      onAnnsLeft.add(task.left());
      sameForBob.add(task.left() == Task.left(id, "bob"));
    }
    assertThat(onAnnsLeft).containsExactlyInAnyOrder(Side.FIRST, Side.SECOND);
    assertThat(sameForBob).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void shouldReplaceTheLastVoteAfterUndo() {
    sampled(table, "p1", "p2");
    HumanVote first = vote("ann", Choice.LEFT);
    assertThat(next("ann", NOON)).isEqualTo("p2");

    Task again = ((Undone.Again) table.undo("ann", NOON)).task();
    HumanVote second = accepted(table.post("ann", "p1", 2, Choice.TIE, NOON));
    table.voted(second);

    assertThat(again.comparison().pairId()).isEqualTo("p1");
    assertThat(again.earlier()).contains(first.verdict());
    assertThat(first.supersedes()).isEmpty();
    assertThat(second.supersedes()).contains(first.id());
    assertThat(table.progress("ann").voted()).isEqualTo(1);
    assertThat(next("bob", NOON)).as("undo gives the other pair back").isEqualTo("p2");
  }

  @Test
  void shouldGiveThePlaceOfASkipBackToOneOfTwo() {
    sampled(table, "p1", "p2");
    vote("ann", Choice.SKIP);

    assertThat(table.undo("ann", NOON)).isInstanceOf(Undone.Again.class);
    assertThat(next("bob", NOON)).as("ann has come first").isEqualTo("p2");
  }

  @Test
  void shouldNotTakeASkippedPairBackFromWhoeverHasItNow() {
    sampled(table, "p1", "p2");
    vote("ann", Choice.SKIP);
    assertThat(next("ann", NOON)).isEqualTo("p2");
    assertThat(next("bob", NOON)).isEqualTo("p1");
    Undone taken = new Undone.Refused("Somebody else has taken the pair that you skipped.");

    assertThat(table.undo("ann", NOON)).as("bob holds it").isEqualTo(taken);
    vote("bob", Choice.LEFT);
    assertThat(table.undo("ann", NOON)).as("bob has answered").isEqualTo(taken);
    assertThat(next("ann", NOON)).as("ann keeps what she has").isEqualTo("p2");
    assertThat(table.undo("bob", NOON)).as("his own place").isInstanceOf(Undone.Again.class);
  }

  @Test
  void shouldNotTakeASecondThoughtOnASkipWhoseLeaseARestartForgot() {
    HumanVote skip = vote("p1", "ann", 1, VerdictKind.ABSTAIN);
    sampled(table, "p1");
    table.voted(skip);
    assertThat(next("bob", NOON)).isEqualTo("p1");

    assertThat(table.post("ann", "p1", 2, Choice.LEFT, NOON))
        .isEqualTo(
            new SubmissionResult.TooLate("Somebody else has taken this pair in the meantime."));
  }

  @Test
  void shouldUndoASkipThatMadeTheJudgeGiveUp() {
    sampled(table, "p1");
    vote("ann", Choice.SKIP);
    table.gaveUp("p1");
    table.ended("p1", NOON);

    assertThat(table.undo("ann", NOON)).isInstanceOf(Undone.Again.class);
    assertThat(table.post("ann", "p1", 2, Choice.LEFT, NOON))
        .isInstanceOf(SubmissionResult.Accepted.class);
  }

  @Test
  void shouldUndoAfterTheOutcomeAsLongAsCorrectionsCount() {
    sampled(table, "p1");
    vote("ann", Choice.LEFT);
    table.ended("p1", NOON);

    assertThat(table.undo("ann", NOON.plus(WINDOW).minusMillis(1)))
        .isInstanceOf(Undone.Again.class);
    assertThat(table.undo("ann", NOON.plus(WINDOW))).isInstanceOf(Undone.Refused.class);
    assertThat(table.undo("bob", NOON)).isInstanceOf(Undone.Refused.class);
  }

  @Test
  void shouldShowASkippedPairToOthersAndGiveItUpWhenAllHaveSkipped() {
    sampled(table, "p1");
    vote("ann", Choice.SKIP);
    assertThat(table.next("ann", NOON)).isEmpty();
    assertThat(next("bob", NOON)).isEqualTo("p1");

    vote("bob", Choice.SKIP);
    assertThat(table.toGiveUp(NOON)).isEmpty();
    vote("cy", Choice.SKIP);

    assertThat(table.toGiveUp(NOON)).extracting(TaskTableTest::pairId).containsExactly("p1");
    table.gaveUp("p1");
    assertThat(table.toGiveUp(NOON)).isEmpty();
    assertThat(table.progress("ann").open()).isZero();
  }

  @Test
  void shouldGiveUpPairsThatPeopleWouldNotComeTo() {
    TaskTable small = new TaskTable(rules(1, 2, false));
    sampled(small, "p1", "p2", "p3", "p4");
    small.ended("p1", NOON); // p2, p3 wait: as many as may

    assertThat(small.toGiveUp(NOON))
        .extracting(TaskTableTest::pairId, GivenUp::reason)
        .containsExactly(tuple("p4", "2 pairs wait for people already"));
  }

  @Test
  void shouldCountWhatHalfThePeopleHaveAnsweredAsWaiting() {
    TaskTable small = new TaskTable(rules(2, 2, false));
    sampled(small, "p1", "p2", "p3", "p4");
    small.voted(vote("p1", "ann", 1, VerdictKind.FIRST));
    small.voted(vote("p2", "ann", 1, VerdictKind.ABSTAIN));
    small.next("ann", NOON); // p3

    assertThat(small.toGiveUp(NOON))
        .extracting(TaskTableTest::pairId, GivenUp::missing)
        .containsExactly(tuple("p4", 2));
    assertThat(small.toGiveUp(NOON.plus(LEASE)))
        .as("p3 is back, and nobody has answered it")
        .extracting(TaskTableTest::pairId)
        .containsExactly("p3", "p4");
  }

  @Test
  void shouldAbstainForThoseWhoHaveSkippedAndNotForThoseWhoHaveAnswered() {
    TaskTable two = new TaskTable(rules(2, 200, false));
    sampled(two, "p1");
    two.voted(vote("p1", "ann", 1, VerdictKind.FIRST));
    two.voted(vote("p1", "bob", 1, VerdictKind.ABSTAIN));
    two.voted(vote("p1", "cy", 1, VerdictKind.ABSTAIN));

    assertThat(two.toGiveUp(NOON)).extracting(GivenUp::missing).containsExactly(1);
  }

  @Test
  void shouldNotGiveUpASkippedPairThatIsLookedAtAgain() {
    sampled(table, "p1");
    for (String annotator : List.of("ann", "bob", "cy")) {
      table.voted(vote("p1", annotator, 1, VerdictKind.ABSTAIN));
    }
    table.undo("cy", NOON);

    assertThat(table.toGiveUp(NOON)).isEmpty();
    assertThat(table.toGiveUp(NOON.plus(LEASE))).hasSize(1);
  }

  @Test
  void shouldTakeAVoteThatWasThoughtOverDuringARestartUnlessThePlaceIsTaken() {
    TaskTable restarted = new TaskTable(rules(1, 100, false));
    sampled(restarted, "p1");

    assertThat(restarted.post("ann", "p1", 1, Choice.LEFT, NOON))
        .isInstanceOf(SubmissionResult.Accepted.class);

    TaskTable taken = new TaskTable(rules(1, 100, false));
    sampled(taken, "p1");
    taken.next("bob", NOON);
    assertThat(taken.post("ann", "p1", 1, Choice.LEFT, NOON))
        .isEqualTo(
            new SubmissionResult.TooLate("Somebody else has taken this pair in the meantime."));
  }

  @Test
  void shouldStandTheSameWhateverOrderTheTopicsAreReadIn() {
    HumanVote first = vote("p1", "ann", 1, VerdictKind.FIRST);
    HumanVote second = vote("p1", "ann", 2, VerdictKind.SECOND);
    List<Runnable> events =
        List.of(
            () -> table.sampled(pair("p1"), 0),
            () -> table.voted(first),
            () -> table.voted(second),
            () -> table.votedElsewhere("p1", hash("p1"), "rule", false, VerdictKind.SECOND),
            () -> table.ended("p1", NOON));

    for (int i = events.size() - 1; i >= 0; i--) {
      events.get(i).run();
    }
    events.forEach(Runnable::run);

    assertThat(table.progress("ann"))
        .isEqualTo(new Progress(1, 0, Agreement.NONE, new Agreement(1, 1)));
    assertThat(((Undone.Again) table.undo("ann", NOON)).task().attempt()).isEqualTo(3);
  }

  @Test
  void shouldReportAgreementAndKeepItWhenPairsAreForgotten() {
    TaskTable two = new TaskTable(rules(2, 100, false));
    sampled(two, "p1", "p2", "p3");
    two.voted(vote("p1", "ann", 1, VerdictKind.FIRST));
    two.voted(vote("p1", "bob", 1, VerdictKind.FIRST));
    two.voted(vote("p2", "ann", 1, VerdictKind.FIRST));
    two.voted(vote("p2", "bob", 1, VerdictKind.TIE));
    two.voted(vote("p3", "bob", 1, VerdictKind.TIE));
    two.votedElsewhere("p1", hash("p1"), "rule", false, VerdictKind.SECOND);
    two.votedElsewhere("p2", "other content", "rule", false, VerdictKind.FIRST);
    // ann: with bob on p1 yes, on p2 no; with the rule on p1 no; p3 waits for a second person
    Progress expected = new Progress(2, 1, new Agreement(2, 1), new Agreement(1, 0));

    assertThat(two.progress("ann")).isEqualTo(expected);
    two.ended("p1", NOON);
    two.ended("p2", NOON);
    two.forget(NOON.plus(WINDOW));
    assertThat(two.progress("ann")).isEqualTo(expected);
    assertThat(two.post("ann", "p1", 1, Choice.LEFT, NOON))
        .isEqualTo(new SubmissionResult.TooLate("This pair is no longer here."));
  }

  @Test
  void shouldHoldOfAPairOnlyWhatPeopleSee() {
    sampled(table, "p1");

    Comparison held = table.next("ann", NOON).orElseThrow().comparison();

    assertThat(held.contentHash()).isEqualTo(hash("p1"));
    assertThat(held.prompt()).isEqualTo(pair("p1").prompt());
    for (Side side : Side.values()) {
      assertThat(held.text(side)).isEqualTo(pair("p1").text(side));
      assertThat(held.completion(side).getTokenIds()).isEmpty();
    }
  }

  @Test
  void shouldNotBringBackAForgottenPair() {
    Instant over = NOON.plus(WINDOW);
    sampled(table, "p1");
    vote("ann", Choice.LEFT);
    table.ended("p1", NOON);
    table.forget(over);
    Progress judged = new Progress(1, 0, Agreement.NONE, Agreement.NONE);

    sampled(table, "p1");
    table.voted(vote("p1", "bob", 1, VerdictKind.FIRST));
    table.votedElsewhere("p1", hash("p1"), "rule", false, VerdictKind.FIRST);
    table.gaveUp("p1");

    assertThat(table.next("bob", over)).isEmpty();
    assertThat(table.progress("ann")).isEqualTo(judged);
    assertThat(table.progress("bob")).isEqualTo(Progress.NONE);
  }

  @Test
  void shouldWaitForAPairWhoseOutcomeIsReadLongBeforeIt() {
    table.ended("p1", NOON);
    table.forgetTold(NOON.plus(WINDOW));
    sampled(table, "p1");

    assertThat(table.progress("ann").open()).isZero();
    assertThat(table.lost("ann", "p1", 1, NOON)).isEmpty();
    table.forgetTold(NOON.plus(WINDOW));
    assertThat(table.lost("ann", "p1", 1, NOON)).contains("This pair is no longer here.");
  }

  @Test
  void shouldTakeBackTheVoteThatWasCastLastWhateverOrderVotesAreReadIn() {
    sampled(table, "p1", "p2");
    HumanVote first = new HumanVote("people", "p1", hash("p1"), "ann", 1, VerdictKind.TIE, NOON);
    Instant later = NOON.plusMillis(1);
    HumanVote last = new HumanVote("people", "p2", hash("p2"), "ann", 1, VerdictKind.TIE, later);

    table.voted(last);
    table.voted(first);

    Task again = ((Undone.Again) table.undo("ann", later)).task();
    assertThat(again.comparison().pairId()).isEqualTo("p2");
  }

  @Test
  void shouldNotOfferWhatHasItsOutcomeUnlessPeopleAreToSeeIt() {
    TaskTable all = new TaskTable(rules(1, 100, true));
    for (TaskTable one : List.of(table, all)) {
      sampled(one, "p1");
      one.ended("p1", NOON);
    }

    assertThat(table.next("ann", NOON)).isEmpty();
    assertThat(all.next("ann", NOON)).isPresent();
    assertThat(all.next("ann", NOON.plus(WINDOW))).isEmpty();
  }

  private static TaskTableSettings rules(int votes, int maxOpen, boolean showDecided) {
    return new TaskTableSettings(
        "people", Set.of("ann", "bob", "cy"), votes, LEASE, WINDOW, maxOpen, showDecided);
  }

  private static void sampled(TaskTable table, String... ids) {
    for (String id : ids) {
      table.sampled(pair(id), 0);
    }
  }

  private static String pairId(GivenUp given) {
    return given.comparison().pairId();
  }

  private String next(String annotator, Instant now) {
    return table.next(annotator, now).orElseThrow().comparison().pairId();
  }

  private SubmissionResult post(String annotator, String pairId, Instant now) {
    return table.post(annotator, pairId, 1, Choice.LEFT, now);
  }

  /** Takes the next task and answers it. */
  private HumanVote vote(String annotator, Choice choice) {
    Task task = table.next(annotator, NOON).orElseThrow();
    HumanVote vote =
        accepted(table.post(annotator, task.comparison().pairId(), task.attempt(), choice, NOON));
    table.voted(vote);
    return vote;
  }

  private static HumanVote accepted(SubmissionResult posted) {
    return ((SubmissionResult.Accepted) posted).vote();
  }

  private static HumanVote vote(String pairId, String annotator, int attempt, VerdictKind verdict) {
    return new HumanVote("people", pairId, hash(pairId), annotator, attempt, verdict, NOON);
  }

  private static String hash(String pairId) {
    return pair(pairId).contentHash();
  }

  private static Comparison pair(String id) {
    return Comparison.of(
        Examples.pair(id, Examples.prompt("Prompt"), "first of " + id, "second of " + id));
  }
}
