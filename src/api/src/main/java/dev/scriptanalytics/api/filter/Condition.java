package dev.scriptanalytics.api.filter;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.filter.Column.Kind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * A condition on one column.
 *
 * <p>No condition is NULL in SQL. Texts are never NULL, and are compared without {@code ifNull},
 * which would keep ClickHouse from using an index on them. What has no value is empty, and fulfils
 * no condition but {@code empty} and the negative ones.
 *
 * @param operator not a negative one: those are {@link Filter.Not}
 * @param values the value, or the values of {@code in}: texts, numbers ({@link Double}), times
 *     ({@link Instant}) or booleans; none for {@code empty}
 * @param ignoreCase whether texts of any case are equal
 */
record Condition(Column column, Operator operator, List<Object> values, boolean ignoreCase)
    implements Filter {

  @Override
  public void appendTo(Query query) {
    switch (operator) {
      case EMPTY -> appendEmpty(query);
      case EQUALS, IN -> appendAnyOf(query);
      case CONTAINS -> appendContains(query);
      case STARTS_WITH -> {
        query.append("startsWith(");
        appendText(query);
        query.append(", ").string(folded((String) values.get(0))).append(")");
      }
      case MATCHES -> {
        query.append("match(");
        appendText(query);
        query.append(", ").string(expression()).append(")");
      }
      default -> appendOrder(query);
    }
  }

  @Override
  public List<String> expressions() {
    return operator == Operator.MATCHES ? List.of(expression()) : List.of();
  }

  private String expression() {
    return (ignoreCase ? "(?i)" : "") + values.get(0);
  }

  private void appendEmpty(Query query) {
    switch (column.kind()) {
      case NUMBER, TIME, FLAG -> query.append(column.sql()).append(" IS NULL");
      case COUNT -> query.append(column.sql()).append(" = 0");
      case LIST -> query.append("empty(").append(column.sql()).append(")");
      case MAP -> {
        query.append("NOT ");
        appendHas(query);
      }
      default -> {
        appendText(query);
        query.append(" = ''");
      }
    }
  }

  private void appendAnyOf(Query query) {
    query.append("(");
    for (int i = 0; i < values.size(); i++) {
      query.append(i == 0 ? "" : " OR ");
      appendEquals(query, values.get(i));
    }
    query.append(")");
  }

  private void appendEquals(Query query, Object value) {
    if (column.kind() == Kind.LIST) {
      query.append("has(");
      query.append(ignoreCase ? "arrayMap(item -> lowerUTF8(item), " : "(");
      query.append(column.sql()).append("), ").string(folded((String) value)).append(")");
    } else if (column.kind() == Kind.JSON && value instanceof Boolean flag) {
      // JSONExtract would take a number for true.
      query.append("JSONExtractRaw(").append(column.sql());
      appendPath(query);
      query.append(") = ").string(flag.toString());
    } else if (value instanceof String text) {
      appendText(query);
      query.append(" = ").string(folded(text));
    } else {
      query.append("ifNull(");
      appendValue(query);
      query.append(" = ");
      appendLiteral(query, value);
      query.append(", false)");
    }
  }

  private void appendContains(Query query) {
    if (column.kind() == Kind.LIST) {
      appendEquals(query, values.get(0));
      return;
    }
    // LIKE uses the index on messages, which position does not.
    appendText(query);
    String text = folded((String) values.get(0));
    query.append(" LIKE ").string("%" + text.replaceAll("[\\\\%_]", "\\\\$0") + "%");
  }

  private void appendOrder(Query query) {
    if (column.kind() == Kind.WORD) {
      query.append("indexOf(").strings(column.words()).append(", ").append(column.sql());
      query.append(")").append(operator.comparison());
      query.integer(column.words().indexOf((String) values.get(0)) + 1L);
      return;
    }
    query.append("ifNull(");
    appendValue(query);
    query.append(operator.comparison());
    appendLiteral(query, values.get(0));
    query.append(", false)");
  }

  private String folded(String text) {
    return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
  }

  private static void appendLiteral(Query query, Object value) {
    if (value instanceof Double number) {
      query.number(number);
    } else if (value instanceof Instant time) {
      query.micros(ChronoUnit.MICROS.between(Instant.EPOCH, time));
    } else {
      query.append(((Boolean) value) ? "true" : "false");
    }
  }

  /** The value as a number, time or boolean; NULL where there is none. */
  private void appendValue(Query query) {
    switch (column.kind()) {
      case JSON -> {
        // JSONExtract would take true for 1.
        query.append("if(JSONType(").append(column.sql());
        appendPath(query);
        query.append(") = 'Bool', NULL, JSONExtract(").append(column.sql());
        appendPath(query);
        query.append(", 'Nullable(Float64)'))");
      }
      case MAP -> {
        query.append("if(");
        appendHas(query);
        query.append(", ").append(column.sql()).append("[").string(column.path().get(0));
        query.append("], NULL)");
      }
      default -> query.append(column.sql());
    }
  }

  private void appendHas(Query query) {
    query.append("mapContains(").append(column.sql()).append(", ");
    query.string(column.path().get(0)).append(")");
  }

  /** The value as a text; empty where there is none. */
  private void appendText(Query query) {
    query.append(ignoreCase ? "lowerUTF8(" : "(");
    switch (column.kind()) {
      case TEXT, WORD -> query.append(column.sql());
      case JSON -> appendJson(query);
      case COUNT -> query.append("toString(").append(column.sql()).append(")");
      default -> {
        query.append("ifNull(toString(");
        appendValue(query);
        query.append("), '')");
      }
    }
    query.append(")");
  }

  /** A text of JSON as it is, anything else as JSON; empty for null and where there is nothing. */
  private void appendJson(Query query) {
    if (column.path().isEmpty()) {
      query.append(column.sql());
      return;
    }
    query.append("multiIf(JSONType(").append(column.sql());
    appendPath(query);
    query.append(") = 'String', JSONExtractString(").append(column.sql());
    appendPath(query);
    query.append("), JSONType(").append(column.sql());
    appendPath(query);
    query.append(") = 'Null', '', JSONExtractRaw(").append(column.sql());
    appendPath(query);
    query.append("))");
  }

  private void appendPath(Query query) {
    column.path().forEach(name -> query.append(", ").string(name));
  }
}
