package dev.scriptanalytics.api.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.Column.Kind;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.http.Times;
import dev.scriptanalytics.api.http.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads filters.
 *
 * <pre>
 * {"and": [FILTER, …]}   {"or": [FILTER, …]}   {"not": FILTER}
 * {"column": "status", "op": "equals", "value": "Failed"}
 * {"column": "function", "op": "contains", "value": "pay", "ignoreCase": true}
 * </pre>
 */
public final class FilterReader {
  private static final int DEEPEST = 10;
  private static final int MOST_CONDITIONS = 100;
  private static final int MOST_VALUES = 1000;

  private static final Set<Operator> TEXT_OPERATORS =
      EnumSet.of(Operator.CONTAINS, Operator.STARTS_WITH, Operator.MATCHES);

  private final Columns columns;
  private final Instant now = Instant.now();
  private int conditions;

  private FilterReader(Columns columns) {
    this.columns = columns;
  }

  /**
   * Reads a filter.
   *
   * @param fields the filter as JSON; an empty object holds for every row
   * @throws ApiException with status 400, which names what is wrong by its path
   */
  public static Filter read(JsonFields fields, Columns columns) {
    return fields.isEmpty() ? Filter.EVERYTHING : new FilterReader(columns).filter(fields, 1);
  }

  private Filter filter(JsonFields fields, int depth) {
    if (depth > DEEPEST) {
      throw ApiException.invalid(fields.path(""), "nested at most %d deep".formatted(DEEPEST));
    }
    Filter filter;
    if (fields.has("and")) {
      filter = new Filter.All(filters(fields, "and", depth));
    } else if (fields.has("or")) {
      filter = new Filter.Any(filters(fields, "or", depth));
    } else if (fields.has("not")) {
      filter = new Filter.Not(filter(fields.object("not"), depth + 1));
    } else {
      filter = condition(fields);
    }
    fields.finish();
    return filter;
  }

  private List<Filter> filters(JsonFields fields, String name, int depth) {
    return fields.objects(name, MOST_CONDITIONS).stream()
        .map(field -> filter(field, depth + 1))
        .toList();
  }

  private Filter condition(JsonFields fields) {
    if (++conditions > MOST_CONDITIONS) {
      throw ApiException.invalid(
          fields.path("column"), "one of at most %d conditions".formatted(MOST_CONDITIONS));
    }
    String name = fields.text("column");
    if (name == null) {
      throw ApiException.invalid(
          fields.path("column"), "the name of a column, unless there is and, or, or not");
    }
    Column column = columns.get(fields.path("column"), name);
    Operator asked = operator(fields);
    Operator operator = asked.isNegative() ? asked.opposite() : asked;
    requireOperator(fields, column, operator);
    boolean ignoreCase = fields.flag("ignoreCase", false);
    Condition condition =
        new Condition(column, operator, values(fields, column, operator), ignoreCase);
    return asked.isNegative() ? new Filter.Not(condition) : condition;
  }

  private static Operator operator(JsonFields fields) {
    String word = fields.text("op");
    if (word == null || !Operator.WORDS.contains(word)) {
      throw ApiException.invalid(fields.path("op"), "one of " + String.join(", ", Operator.WORDS))
          .with("known", Operator.WORDS);
    }
    return Operator.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static void requireOperator(JsonFields fields, Column column, Operator operator) {
    boolean exists =
        switch (column.kind()) {
          case TEXT -> !operator.isOrder();
          case FLAG, LIST ->
              !operator.isOrder()
                  && !(TEXT_OPERATORS.contains(operator)
                      && !(column.kind() == Kind.LIST && operator == Operator.CONTAINS));
          case TIME -> !TEXT_OPERATORS.contains(operator);
          case JSON -> !(operator.isOrder() && column.path().isEmpty());
          case MAP -> !column.path().isEmpty();
          default -> true;
        };
    if (!exists) {
      throw ApiException.invalid(
          fields.path("op"),
          "an operator that this column has; %s is none".formatted(operator.word()));
    }
  }

  private List<Object> values(JsonFields fields, Column column, Operator operator) {
    JsonNode value = fields.get("value");
    if (operator == Operator.EMPTY) {
      if (value != null) {
        throw ApiException.invalid(fields.path("value"), "left out with this operator");
      }
      return List.of();
    }
    List<JsonNode> nodes = new ArrayList<>();
    if (operator == Operator.IN && value != null && value.isArray()) {
      value.forEach(nodes::add);
    } else if (operator != Operator.IN && value != null) {
      nodes.add(value);
    }
    if (nodes.isEmpty() || nodes.size() > MOST_VALUES) {
      throw ApiException.invalid(
          fields.path("value"),
          operator == Operator.IN ? "a list of 1 to %d values".formatted(MOST_VALUES) : "there");
    }
    return nodes.stream().map(node -> value(fields, column, operator, node)).toList();
  }

  private Object value(JsonFields fields, Column column, Operator operator, JsonNode node) {
    String parameter = fields.path("value");
    if (operator == Operator.MATCHES) {
      return RegularExpressions.checked(parameter, text(parameter, node));
    }
    if (TEXT_OPERATORS.contains(operator)) {
      return text(parameter, node);
    }
    return switch (column.kind()) {
      case NUMBER, COUNT, MAP -> number(parameter, node);
      case WORD -> Words.known(parameter, node.asText(), column.words());
      case TIME -> Times.readExactly(parameter, text(parameter, node), now);
      case FLAG -> flag(parameter, node);
      case JSON -> json(parameter, operator, node);
      default -> text(parameter, node);
    };
  }

  private static Object json(String parameter, Operator operator, JsonNode node) {
    if (operator.isOrder() || node.isNumber()) {
      return number(parameter, node);
    }
    return node.isBoolean() ? (Object) node.booleanValue() : text(parameter, node);
  }

  private static String text(String parameter, JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isNumber()) {
      return node.asText();
    }
    throw ApiException.invalid(parameter, "a text");
  }

  /** A number, which may be written as a text. */
  private static Double number(String parameter, JsonNode node) {
    try {
      double number = node.isTextual() ? Double.parseDouble(node.textValue()) : node.asDouble();
      if ((node.isTextual() || node.isNumber()) && Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      // Said below.
    }
    throw ApiException.invalid(parameter, "a number");
  }

  private static Boolean flag(String parameter, JsonNode node) {
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    throw ApiException.invalid(parameter, "true or false");
  }
}
