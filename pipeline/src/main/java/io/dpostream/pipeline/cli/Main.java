package io.dpostream.pipeline.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The entry point of the {@code dpo} command. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command and returns its exit code; output goes to the standard streams. */
  public static int run(String... args) {
    return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
  }

  /** Runs one command with its output going to {@code out} and its errors to {@code err}. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new DpoCommand())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Main::execute)
        .setParameterExceptionHandler(Main::usage)
        .setExecutionExceptionHandler(Main::failure)
        .execute(args);
  }

  private static int execute(ParseResult parsed) {
    if (DpoCommand.isVerbose(parsed.commandSpec().commandLine())) {
      Logs.verbose();
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usage(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    command.getErr().println("dpo: " + ErrorLine.ofUsage(error));
    return ExitCode.USAGE;
  }

  private static int failure(Exception error, CommandLine command, ParseResult parsed) {
    command.getErr().println("dpo: " + ErrorLine.of(error));
    if (DpoCommand.isVerbose(command)) {
      error.printStackTrace(command.getErr());
    } else if (ErrorLine.ofExpected(error).isEmpty()) {
      command.getErr().println("dpo: --verbose shows the stack trace");
    }
    return ExitCode.FAILED;
  }
}
