/**
 * Jinja templates as Hugging Face transformers renders chat templates: the sandboxed, immutable
 * environment with {@code trim_blocks} and {@code lstrip_blocks}, loop controls and {@code {%
 * generation %}}. Values behave as Python's do. Unsupported features are rejected by name and line;
 * nothing is silently rendered differently.
 *
 * <pre>{@code
 * template   := (text | '{{' tuple '}}' | '{#' ... '#}' | '{%' statement '%}')*
 * statement  := 'if' tuple ... ('elif' tuple ...)* ('else' ...)? 'endif'
 *             | 'for' targets 'in' tuple ('if' expr)? 'recursive'? ... ('else' ...)? 'endfor'
 *             | 'set' targets '=' tuple | 'set' name ('|' filter)* ... 'endset'
 *             | 'macro' name '(' parameters ')' ... 'endmacro'
 *             | 'call' ('(' parameters ')')? expr ... 'endcall'
 *             | 'filter' filter ('|' filter)* ... 'endfilter'
 *             | 'with' (target '=' expr (',' ...)*)? ... 'endwith'
 *             | 'generation' ... 'endgeneration' | 'raw' ... 'endraw' | 'break' | 'continue'
 * tuple      := expr (',' expr)*
 * expr       := or ('if' or ('else' expr)?)*
 * or         := and ('or' and)*
 * and        := not ('and' not)*
 * not        := 'not' not | comparison
 * comparison := sum (('==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not' 'in') sum)*
 * sum        := concat (('+' | '-') concat)*
 * concat     := product ('~' product)*
 * product    := power (('*' | '/' | '//' | '%') power)*
 * power      := unary ('**' unary)*
 * unary      := ('-' | '+') unary | primary postfix* (filter | test | call)*
 * postfix    := '.' name | '[' subscript ']' | '(' arguments ')'
 * filter     := '|' name ('(' arguments ')')?
 * test       := 'is' 'not'? name ('(' arguments ')' | primary postfix*)?
 * primary    := literal | name | '(' tuple ')' | '[' ... ']' | '{' ... '}'
 * }</pre>
 *
 * <p>Source: the Jinja template designer documentation and Python's language reference.
 */
@NullMarked
package io.dpostream.policy.text.jinja;

import org.jspecify.annotations.NullMarked;
