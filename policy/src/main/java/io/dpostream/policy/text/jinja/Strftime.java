package io.dpostream.policy.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;

/** {@code datetime.strftime} of Python in the C locale. */
final class Strftime {
  private Strftime() {}

  static String format(ZonedDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      i++;
      boolean unpadded = i < format.length() && format.charAt(i) == '-';
      if (unpadded) {
        i++;
      }
      if (i >= format.length()) {
        throw new TemplateException("strftime_now: a lone % at the end of '" + format + "'");
      }
      String part = part(time, format.charAt(i));
      out.append(unpadded ? part.replaceFirst("^0+(?=\\d)", "") : part);
    }
    return out.toString();
  }

  private static String part(ZonedDateTime time, char directive) {
    return switch (directive) {
      case 'Y' -> "%d".formatted(time.getYear());
      case 'y' -> two(time.getYear() % 100);
      case 'm' -> two(time.getMonthValue());
      case 'd' -> two(time.getDayOfMonth());
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'H' -> two(time.getHour());
      case 'I' -> two((time.getHour() + 11) % 12 + 1);
      case 'M' -> two(time.getMinute());
      case 'S' -> two(time.getSecond());
      case 'f' -> "%06d".formatted(time.getNano() / 1000);
      case 'j' -> "%03d".formatted(time.getDayOfYear());
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' ->
          time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'F' -> format(time, "%Y-%m-%d");
      case 'T' -> format(time, "%H:%M:%S");
      case 'D' -> format(time, "%m/%d/%y");
      case 'R' -> format(time, "%H:%M");
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case '%' -> "%";
      default -> throw TemplateException.unsupported("strftime_now's %" + directive);
    };
  }

  private static String two(int number) {
    return "%02d".formatted(number);
  }
}
