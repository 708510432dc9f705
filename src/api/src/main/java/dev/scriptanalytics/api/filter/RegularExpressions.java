package dev.scriptanalytics.api.filter;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import java.util.List;
import java.util.regex.Pattern;

/** Regular expressions of clients, which ClickHouse reads in RE2 syntax. */
public final class RegularExpressions {
  /** What an error says of one that is not valid. */
  public static final String WANTED = "a regular expression in RE2 syntax";

  private static final Pattern LONE_BACKSLASH = Pattern.compile("(?<!\\\\)(\\\\\\\\)*\\\\$");

  private RegularExpressions() {}

  /**
   * An expression that means to ClickHouse what it says; null stays null. ClickHouse takes one that
   * ends in a lone backslash for an empty one, and refuses all else that is not valid.
   *
   * @param parameter named by the error
   * @throws ApiException with status 400 if it ends so
   */
  public static String checked(String parameter, String expression) {
    if (expression != null && LONE_BACKSLASH.matcher(expression).find()) {
      throw ApiException.invalid(parameter, WANTED);
    }
    return expression;
  }

  /**
   * A query that fails with status 400 if one of some expressions is none. A query that finds no
   * row would not look at them.
   *
   * @param expressions at least one
   */
  public static Query trial(List<String> expressions) {
    Query query = new Query().append("SELECT ");
    for (int i = 0; i < expressions.size(); i++) {
      query.append(i == 0 ? "" : ", ").append("match('', ").string(expressions.get(i)).append(")");
    }
    return query;
  }
}
