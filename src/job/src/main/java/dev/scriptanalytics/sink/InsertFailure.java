package dev.scriptanalytics.sink;

import com.clickhouse.client.api.ClickHouseException;
import com.clickhouse.client.api.ClientMisconfigurationException;
import com.clickhouse.client.api.ServerException;
import java.io.IOException;
import java.util.Set;
import org.apache.flink.util.ExceptionUtils;

/** Why an insert failed, and whether to try it again. */
final class InsertFailure {
  private static final int MAX_WORDS = 1_000;

  /**
   * ClickHouse's error codes that repeat with the same insert. Any other cause may pass, such as
   * too many parts (252), too much load (202, 241), a time-out (159, 209), a table or server that
   * is read-only for a while (164, 242), a quota (201), a password in rotation (516), Keeper (999).
   */
  private static final Set<Integer> LASTING_CODES =
      Set.of(
          6, // CANNOT_PARSE_TEXT
          10, // NOT_FOUND_COLUMN_IN_BLOCK
          16, // NO_SUCH_COLUMN_IN_TABLE
          20, // NUMBER_OF_COLUMNS_DOESNT_MATCH
          26, // CANNOT_PARSE_QUOTED_STRING
          27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
          33, // CANNOT_READ_ALL_DATA
          36, // BAD_ARGUMENTS
          38, // CANNOT_PARSE_DATE
          41, // CANNOT_PARSE_DATETIME
          43, // ILLEGAL_TYPE_OF_ARGUMENT
          44, // ILLEGAL_COLUMN
          46, // UNKNOWN_FUNCTION
          47, // UNKNOWN_IDENTIFIER
          48, // NOT_IMPLEMENTED
          50, // UNKNOWN_TYPE
          53, // TYPE_MISMATCH
          60, // UNKNOWN_TABLE
          62, // SYNTAX_ERROR
          69, // ARGUMENT_OUT_OF_BOUND
          70, // CANNOT_CONVERT_TYPE
          72, // CANNOT_PARSE_NUMBER
          73, // UNKNOWN_FORMAT
          81, // UNKNOWN_DATABASE
          115, // UNKNOWN_SETTING
          117, // INCORRECT_DATA
          128, // TOO_LARGE_ARRAY_SIZE
          131, // TOO_LARGE_STRING_SIZE
          190, // SIZES_OF_ARRAYS_DONT_MATCH
          349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
          452, // SETTING_CONSTRAINT_VIOLATION
          469, // VIOLATED_CONSTRAINT
          497, // ACCESS_DENIED
          691 // UNKNOWN_ELEMENT_OF_ENUM
          );

  private InsertFailure() {}

  /** Whether a retry cannot help. */
  static boolean isLasting(Throwable failure) {
    return ExceptionUtils.findThrowable(failure, ServerException.class)
        .map(refusal -> LASTING_CODES.contains(refusal.getCode()))
        .orElseGet(() -> !isOfTransport(failure));
  }

  private static boolean isOfTransport(Throwable failure) {
    return ExceptionUtils.findThrowable(failure, IOException.class).isPresent()
        || ExceptionUtils.findThrowable(
                failure,
                cause ->
                    cause instanceof ClickHouseException
                        && !(cause instanceof ClientMisconfigurationException))
            .isPresent();
  }

  /** The server's own words, or how the connection ended. */
  static String words(Throwable failure) {
    Throwable told =
        ExceptionUtils.findThrowable(failure, ServerException.class)
            .map(Throwable.class::cast)
            .orElseGet(() -> root(failure));
    String message = told.getMessage() == null ? "" : told.getMessage().strip();
    String words =
        told instanceof ServerException
            ? message
            : told.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
    return words.length() <= MAX_WORDS ? words : words.substring(0, MAX_WORDS) + "…";
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause;
  }
}
