package dev.scriptanalytics.api.filter;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a condition does with its value. Each that begins with "not" is the opposite of another. */
enum Operator {
  EQUALS,
  NOT_EQUALS,
  IN,
  NOT_IN,
  CONTAINS,
  NOT_CONTAINS,
  STARTS_WITH,
  GREATER,
  AT_LEAST,
  LESS,
  AT_MOST,
  EMPTY,
  NOT_EMPTY,
  MATCHES,
  NOT_MATCHES;

  static final List<String> WORDS = Arrays.stream(values()).map(Operator::word).toList();

  /** As a client writes it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isNegative() {
    return name().startsWith("NOT_");
  }

  /** The operator that holds where this one, which is negative, does not. */
  Operator opposite() {
    return valueOf(name().substring("NOT_".length()));
  }

  /** Whether it compares by order. */
  boolean isOrder() {
    return this == GREATER || this == AT_LEAST || this == LESS || this == AT_MOST;
  }

  /** The comparison in SQL of an operator that compares by order. */
  String comparison() {
    return switch (this) {
      case GREATER -> " > ";
      case AT_LEAST -> " >= ";
      case LESS -> " < ";
      case AT_MOST -> " <= ";
      default -> throw new IllegalStateException(name());
    };
  }
}
