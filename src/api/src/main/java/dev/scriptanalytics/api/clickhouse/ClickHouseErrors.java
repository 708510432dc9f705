package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an error code of ClickHouse means to a client. Its status is not used. */
final class ClickHouseErrors {
  private static final Pattern QUOTA =
      Pattern.compile(
          " for ([0-9.]+)s has been exceeded: \\w+ = [0-9.]+/([0-9.]+)\\. Interval will end at"
              + " ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})");

  private ClickHouseErrors() {}

  /**
   * The error that a client is told.
   *
   * @param code 0 where there is none
   * @param text of ClickHouse, of which nothing but a quota's numbers is used
   */
  static ApiException of(int code, String text, Instant now) {
    return switch (code) {
      case 193, 194, 516 -> ApiException.unauthenticated("The key is not valid");
      case 497 ->
          new ApiException(
              403, "INSUFFICIENT_PERMISSIONS", "This key may not read what the request needs");
      case 201 -> withQuota(tooMany("Too many log requests"), text, now);
      case 202 ->
          tooMany("Too many requests of this key run at the same time")
              .with("retryAfter", 1)
              .header("Retry-After", "1");
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

  /**
   * Adds when a quota is filled anew, and which limit was reached.
   *
   * @param text of ClickHouse, such as {@code Quota for user `u` for 60s has been exceeded: queries
   *     = 3001/3000. Interval will end at 2026-11-29 00:51:00.}
   */
  static ApiException withQuota(ApiException error, String text, Instant now) {
    Matcher quota = QUOTA.matcher(text);
    if (!quota.find()) {
      return error.with("retryAfter", 60).header("Retry-After", "60");
    }
    double duration = Double.parseDouble(quota.group(1));
    long window = Math.max(1, Math.round(duration));
    Instant end = LocalDateTime.parse(quota.group(3).replace(' ', 'T')).toInstant(ZoneOffset.UTC);
    long wait = Duration.between(now, end).toSeconds() + 1;
    // The server's time zone may not be UTC. Then the window is the longest that it can be.
    long seconds = wait >= 1 && wait <= window ? wait : window;
    String span = window % 3600 == 0 ? window / 3600 + "h" : window / 60 + "m";
    return error
        .with("limit", new BigDecimal(quota.group(2)))
        .with("window", window % 60 == 0 ? span : window + "s")
        .with("retryAfter", seconds)
        .header("Retry-After", Long.toString(seconds));
  }

  static ApiException timeout() {
    return new ApiException(504, "QUERY_TIMEOUT", "The query took longer than it may")
        .with("suggestion", "Use a smaller time range or more specific filters");
  }
}
