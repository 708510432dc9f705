package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;

/** What an error code of ClickHouse means to a client. Its status and its text are not used. */
final class ClickHouseErrors {
  private ClickHouseErrors() {}

  /** The error that a client is told; {@code code} is 0 where there is none. */
  static ApiException of(int code) {
    return switch (code) {
      case 193, 194, 516 -> ApiException.unauthenticated("The key is not valid");
      case 497 ->
          new ApiException(
              403, "INSUFFICIENT_PERMISSIONS", "This key may not read what the request needs");
      case 201 ->
          tooMany("The quota of this key is used up for now");
      case 202 ->
          tooMany("Too many requests of this key run at the same time");
      case 159, 160, 209 -> timeout();
      case 158, 241, 307, 396 ->
          new ApiException(
                  413, "RESULT_TOO_LARGE", "The request needs more memory or rows than it may use")
              .with("suggestion", "Use a smaller time range or more specific filters");
      case 427 ->
          new ApiException(
                  400, "INVALID_PARAMETER", "A search is not a regular expression in RE2 syntax")
              .with("syntax", "https://github.com/google/re2/wiki/Syntax");
      default -> ApiException.internal();
    };
  }

  private static ApiException tooMany(String message) {
    return new ApiException(429, "RATE_LIMIT_EXCEEDED", message)
        .with("suggestion", "Use streaming for real-time logs");
  }

  static ApiException timeout() {
    return new ApiException(504, "QUERY_TIMEOUT", "The query took longer than it may")
        .with("suggestion", "Use a smaller time range or more specific filters");
  }
}
