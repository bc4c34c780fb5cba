package io.dpostream.policy.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * Python's numbers. An int is a {@link Long}, or a {@link BigInteger} where it does not fit; a
 * float is a {@link Double}; a bool counts as 0 or 1.
 */
final class PyNumbers {
  private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

  /** Powers beyond this many bits are refused. */
  private static final int LARGEST_POWER_BITS = 4096;

  private PyNumbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Double || isInteger(value);
  }

  /** An int or a bool. */
  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
  }

  /** The smaller of the two forms of an int. */
  static Object normal(BigInteger value) {
    boolean fits = value.compareTo(SMALLEST) >= 0 && value.compareTo(LARGEST) <= 0;
    return fits ? (Object) value.longValue() : value;
  }

  static BigInteger big(Object value) {
    if (value instanceof BigInteger big) {
      return big;
    }
    return value instanceof Boolean truth
        ? (truth ? BigInteger.ONE : BigInteger.ZERO)
        : BigInteger.valueOf((Long) value);
  }

  static double real(Object value) {
    return value instanceof Double real ? real : big(value).doubleValue();
  }

  /** An int that must fit, such as an index. */
  static int index(Object value, String what) {
    if (!isInteger(value)) {
      throw new TemplateException(what + " must be integers, not " + PyValues.type(value));
    }
    BigInteger limited =
        big(value)
            .max(BigInteger.valueOf(Integer.MIN_VALUE))
            .min(BigInteger.valueOf(Integer.MAX_VALUE));
    return limited.intValue();
  }

  static int compare(Object left, Object right) {
    if (isInteger(left) && isInteger(right)) {
      return big(left).compareTo(big(right));
    }
    return exact(left) && exact(right)
        ? decimal(left).compareTo(decimal(right))
        : Double.compare(real(left), real(right));
  }

  private static boolean exact(Object value) {
    return !(value instanceof Double real) || Double.isFinite(real);
  }

  private static BigDecimal decimal(Object value) {
    return value instanceof Double real ? new BigDecimal(real) : new BigDecimal(big(value));
  }

  static boolean isNaN(Object value) {
    return value instanceof Double real && real.isNaN();
  }

  /** {@code left operator right} for two numbers. */
  static Object calculate(String operator, Object left, Object right) {
    return isInteger(left) && isInteger(right) && !operator.equals("/")
        ? integers(operator, big(left), big(right))
        : reals(operator, real(left), real(right));
  }

  private static Object integers(String operator, BigInteger left, BigInteger right) {
    return switch (operator) {
      case "+" -> normal(left.add(right));
      case "-" -> normal(left.subtract(right));
      case "*" -> normal(limited(left.multiply(right)));
      case "//" -> normal(floorDivided(left, right)[0]);
      case "%" -> normal(floorDivided(left, right)[1]);
      case "**" -> power(left, right);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  /** {@code left // right} as CPython computes it: from the exact remainder. */
  private static double floorDivided(double left, double right) {
    double quotient = (left - remainder(left, right)) / right;
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double remainder(double left, double right) {
    double remainder = left % right;
    return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder;
  }

  private static BigInteger[] floorDivided(BigInteger left, BigInteger right) {
    if (right.signum() == 0) {
      throw new TemplateException("division by zero");
    }
    BigInteger[] parts = left.divideAndRemainder(right);
    boolean below = parts[1].signum() != 0 && parts[1].signum() != right.signum();
    return below
        ? new BigInteger[] {parts[0].subtract(BigInteger.ONE), parts[1].add(right)}
        : parts;
  }

  private static BigInteger limited(BigInteger value) {
    if (value.bitLength() > LARGEST_POWER_BITS) {
      throw new TemplateException("a number is too large");
    }
    return value;
  }

  private static Object power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return reals("**", base.doubleValue(), exponent.doubleValue());
    }
    if (exponent.bitLength() > 31
        || (long) base.bitLength() * exponent.longValue() > LARGEST_POWER_BITS) {
      throw new TemplateException("a power is too large");
    }
    return normal(base.pow(exponent.intValue()));
  }

  private static Object reals(String operator, double left, double right) {
    if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> floorDivided(left, right);
      case "%" -> remainder(left, right);
      case "**" -> {
        double power = Math.pow(left, right);
        if (Double.isInfinite(power) && Double.isFinite(left) && Double.isFinite(right)) {
          throw new TemplateException("a power is too large");
        }
        if (Double.isNaN(power)) {
          throw TemplateException.unsupported("a complex power");
        }
        yield power;
      }
      default -> throw new IllegalArgumentException(operator);
    };
  }

  /** A float as Python prints it: the shortest digits that give the same number back. */
  static String text(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = shortest(value);
    String digits = shortest.unscaledValue().abs().toString().replaceAll("0+$", "");
    int exponent = shortest.precision() - shortest.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "");
      return sign + digits.charAt(0) + fraction + "e" + power + Math.abs(exponent);
    }
    String plain = shortest.abs().stripTrailingZeros().toPlainString();
    return sign + (plain.contains(".") ? plain : plain + ".0");
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int precision = 1; precision < 17; precision++) {
      BigDecimal rounded = exact.round(new MathContext(precision));
      if (rounded.doubleValue() == value) {
        return rounded;
      }
    }
    return exact.round(new MathContext(17));
  }
}
