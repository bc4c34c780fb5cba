package io.dpostream.tinymodel;

import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.tinymodel.corpus.Corpus;
import io.dpostream.tinymodel.corpus.CorpusFiles;
import io.dpostream.tinymodel.corpus.CorpusOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Writes the corpus and the untrained model from which the shipped model is made. It is a program
 * of its own because those who run a trainer have no use for it.
 */
@Command(
    name = "corpus",
    mixinStandardHelpOptions = true,
    description = {
      "Write a corpus of short questions with checkable answers, and an untrained model for it.",
      "With dpo sft this makes the model that is shipped; see docs/tiny-model.md."
    })
public final class CorpusCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder for the corpus and the model.")
  private Path out = Path.of("");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of all random choices; ${DEFAULT-VALUE} is the shipped model's.")
  private long seed = CorpusOptions.defaults().seed();

  public static void main(String[] args) {
    System.exit(run(new PrintWriter(System.err, true), args));
  }

  /** Runs the program and returns its exit code; each error is one line on {@code err}. */
  static int run(PrintWriter err, String... args) {
    return new CommandLine(new CorpusCommand())
        .setErr(err)
        .setExecutionExceptionHandler(
            (error, command, parsed) -> {
              command.getErr().println("corpus: " + reason(error));
              return CommandLine.ExitCode.SOFTWARE;
            })
        .execute(args);
  }

  private static String reason(Exception error) {
    return error instanceof FileAlreadyExistsException
        ? error.getMessage() + " exists already; give --out another name"
        : error.toString();
  }

  @Override
  public Integer call() throws IOException {
    Corpus corpus = Corpus.generate(CorpusOptions.defaults().withSeed(seed));
    AtomicFolder.create(
        out,
        folder -> {
          CorpusFiles.write(corpus, folder);
          UntrainedModel.write(corpus, seed, folder.resolve("untrained"));
        });
    spec.commandLine()
        .getOut()
        .printf(
            "%s: %d facts, %d demonstrations, %d preference prompts, %d held-out prompts, untrained model%n",
            out,
            corpus.facts().size(),
            corpus.demonstrations().size(),
            corpus.preference().size(),
            corpus.heldOut().size());
    return CommandLine.ExitCode.OK;
  }
}
