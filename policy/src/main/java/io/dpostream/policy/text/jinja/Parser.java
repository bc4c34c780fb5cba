package io.dpostream.policy.text.jinja;

import io.dpostream.policy.text.jinja.Statement.Target;
import io.dpostream.policy.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses a template into statements. */
final class Parser {
  private static final Set<String> RESERVED =
      Set.of("true", "false", "none", "True", "False", "None");

  /** Deeper nesting is refused before it exhausts the stack. */
  private static final int DEPTH = 200;

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int depth;
  private int loops;

  private Parser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /**
   * The statements of a template.
   *
   * @throws TemplateException when it is malformed or uses a statement that is not supported
   */
  static List<Statement> parse(String source) {
    Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
    List<Statement> statements = parser.until(Set.of());
    if (parser.tokens.current().kind() != Kind.END) {
      throw parser.tokens.unexpected("the end of the template");
    }
    return statements;
  }

  /** Statements up to a block that begins with one of the names, whose name is not yet taken. */
  private List<Statement> until(Set<String> ends) {
    if (++depth > DEPTH) {
      throw new TemplateException("blocks are nested too deeply", tokens.line());
    }
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      switch (token.kind()) {
        case TEXT -> statements.add(new Statement.Text(tokens.take().text()));
        case OUTPUT_BEGIN -> {
          tokens.take();
          statements.add(new Statement.Output(token.line(), expressions.tuple()));
          tokens.expect(Kind.OUTPUT_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          tokens.take();
          if (tokens.current().kind() == Kind.NAME && ends.contains(tokens.current().text())) {
            depth--;
            return List.copyOf(statements);
          }
          statements.add(statement());
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.unexpected(
                "a block " + String.join(" or ", ends.stream().sorted().toList()));
          }
          depth--;
          return List.copyOf(statements);
        }
      }
    }
  }

  private Statement statement() {
    int line = tokens.line();
    String name = tokens.expect(Kind.NAME, "a statement");
    return switch (name) {
      case "if" -> branches(line);
      case "for" -> loop(line);
      case "set" -> assignment(line);
      case "macro" -> {
        String macro = tokens.expect(Kind.NAME, "a name");
        yield macro(line, macro, "endmacro", parameters());
      }
      case "call" -> callBlock(line);
      case "filter" -> filterBlock(line);
      case "with" -> with(line);
      case "generation" -> {
        endBlock();
        yield new Statement.Generation(line, apart("endgeneration"));
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw new TemplateException(name + " outside of a loop", line);
        }
        endBlock();
        yield name.equals("break") ? new Statement.Break(line) : new Statement.Continue(line);
      }
      case "block", "extends", "include", "import", "from", "autoescape", "do", "trans" ->
          throw TemplateException.unsupported("the statement '" + name + "'").at(line);
      default -> throw new TemplateException("unknown statement '" + name + "'", line);
    };
  }

  private void endBlock() {
    tokens.expect(Kind.BLOCK_END, "'%}'");
  }

  private List<Statement> body(String end) {
    List<Statement> body = until(Set.of(end));
    tokens.expectName(end);
    endBlock();
    return body;
  }

  private Statement branches(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    while (true) {
      Expression condition = expressions.tupleWithoutConditional();
      endBlock();
      branches.add(new Statement.Branch(condition, until(Set.of("elif", "else", "endif"))));
      if (tokens.skipName("elif")) {
        continue;
      }
      if (tokens.skipName("else")) {
        endBlock();
        otherwise = until(Set.of("endif"));
      }
      tokens.expectName("endif");
      endBlock();
      return new Statement.If(line, List.copyOf(branches), otherwise);
    }
  }

  private Statement loop(int line) {
    Target target = target(false);
    tokens.expectName("in");
    Expression items = expressions.tupleWithoutConditional();
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    endBlock();
    loops++;
    List<Statement> body = until(Set.of("else", "endfor"));
    loops--;
    List<Statement> otherwise = List.of();
    if (tokens.skipName("else")) {
      endBlock();
      otherwise = until(Set.of("endfor"));
    }
    tokens.expectName("endfor");
    endBlock();
    return new Statement.For(line, target, items, condition, recursive, body, otherwise);
  }

  private Statement assignment(int line) {
    Target target = target(true);
    if (tokens.skipOperator("=")) {
      Expression value = expressions.tuple();
      endBlock();
      return new Statement.Set(line, target, value);
    }
    List<Statement.FilterCall> filters = new ArrayList<>();
    while (tokens.isOperator("|")) {
      filters.add(expressions.filter());
    }
    endBlock();
    return new Statement.SetBlock(line, target, List.copyOf(filters), apart("endset"));
  }

  /** The body of a function of its own: a loop around it cannot be left from within. */
  private List<Statement> apart(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = body(end);
    loops = outer;
    return body;
  }

  private Target target(boolean members) {
    Target first = oneTarget(members);
    if (!tokens.isOperator(",")) {
      return first;
    }
    List<Target> targets = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !tokens.isName("in") && !tokens.isOperator("=")) {
      targets.add(oneTarget(members));
    }
    return new Target.Unpacked(List.copyOf(targets));
  }

  private Target oneTarget(boolean members) {
    if (tokens.skipOperator("(")) {
      Target inner = target(members);
      tokens.expectOperator(")");
      return inner;
    }
    String name = variable();
    if (members && tokens.skipOperator(".")) {
      return new Target.Member(name, tokens.expect(Kind.NAME, "a name"));
    }
    return new Target.Variable(name);
  }

  private String variable() {
    int line = tokens.line();
    String name = tokens.expect(Kind.NAME, "a name");
    if (RESERVED.contains(name)) {
      throw new TemplateException("'" + name + "' cannot be assigned to", line);
    }
    return name;
  }

  private List<Statement.Parameter> parameters() {
    List<Statement.Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = variable();
      Optional<Expression> fallback =
          tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
      if (fallback.isEmpty()
          && !parameters.isEmpty()
          && parameters.get(parameters.size() - 1).fallback().isPresent()) {
        throw new TemplateException(
            "parameter '" + name + "' without a default after one with a default", tokens.line());
      }
      parameters.add(new Statement.Parameter(name, fallback));
    }
    return List.copyOf(parameters);
  }

  private Statement.Macro macro(
      int line, String name, String end, List<Statement.Parameter> parameters) {
    endBlock();
    List<Statement> body = apart(end);
    Set<String> special = new HashSet<>(Set.of("caller", "varargs", "kwargs"));
    special.removeIf(variable -> !VariableMentions.of(variable, body));
    return new Statement.Macro(line, name, parameters, body, Set.copyOf(special));
  }

  private Statement callBlock(int line) {
    List<Statement.Parameter> parameters = tokens.isOperator("(") ? parameters() : List.of();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw new TemplateException("expected a call", line);
    }
    return new Statement.CallBlock(line, call, macro(line, "caller", "endcall", parameters));
  }

  private Statement filterBlock(int line) {
    List<Statement.FilterCall> filters = new ArrayList<>(List.of(expressions.filterCall()));
    while (tokens.isOperator("|")) {
      filters.add(expressions.filter());
    }
    endBlock();
    return new Statement.FilterBlock(line, List.copyOf(filters), apart("endfilter"));
  }

  private Statement with(int line) {
    List<Statement.Set> assignments = new ArrayList<>();
    while (tokens.current().kind() != Kind.BLOCK_END) {
      if (!assignments.isEmpty()) {
        tokens.expectOperator(",");
      }
      int at = tokens.line();
      Target target = new Target.Variable(variable());
      tokens.expectOperator("=");
      assignments.add(new Statement.Set(at, target, expressions.expression()));
    }
    endBlock();
    return new Statement.With(line, List.copyOf(assignments), body("endwith"));
  }
}
