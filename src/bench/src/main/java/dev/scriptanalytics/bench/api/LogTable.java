package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The entries that are asked for, and those that arrive meanwhile; SQL generates both. */
final class LogTable {
  static final String ACCOUNT = "acme";

  /** The account whose scripts are copies of one. */
  static final String ACCOUNT_OF_MANY = "many";

  /** Whose entries are asked for. */
  static final String SCRIPT = "asked";

  /** How many entries that arrive have one with a large message among them. */
  static final int LARGE_ONE_IN = 11;

  /** Of another run of the benchmark in the same directory there must be no equal ids. */
  private static final long FIRST = System.currentTimeMillis() * 1000;

  private static final SqlFile SQL = SqlFile.beside(LogTable.class, "api_benchmark.sql");

  private final TestClickHouse clickHouse;
  private long arrived;

  LogTable(TestClickHouse clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** The entries of {@link #SCRIPT}: how many, and the times that they lie between. */
  record Span(long entries, Instant start, Instant end) {
    /** The end of it. */
    Span last(Duration duration) {
      return new Span(entries, end.minus(duration), end);
    }
  }

  /**
   * The entries in the server's directory; if there are none, they are written first.
   *
   * @throws IllegalStateException if there is another number of them
   */
  Span writtenOnce(long entries) {
    Span there = span();
    if (there.entries() == 0) {
      Instant end = Instant.now().truncatedTo(ChronoUnit.MINUTES);
      ask("entries", Map.of("end", end.toEpochMilli() + "000", "rows", Long.toString(entries)));
      clickHouse.query("OPTIMIZE TABLE script_analytics.logs FINAL");
      there = span();
    }
    if (there.entries() != entries) {
      throw new IllegalStateException(
          "the directory holds %d entries: ask for these, or for another directory"
              .formatted(there.entries()));
    }
    return there;
  }

  private Span span() {
    String[] found = ask("span of entries", Map.of()).split("\t", -1);
    return new Span(
        Long.parseLong(found[0]),
        Instant.ofEpochMilli(Long.parseLong(found[1])),
        Instant.ofEpochMilli(Long.parseLong(found[2])));
  }

  /** The name of a followed script. */
  static String followed(int number) {
    return "followed_" + number;
  }

  /** The number of the first of some new entries; other measurements have other numbers. */
  long number(int rows) {
    long first = FIRST + arrived;
    arrived += rows;
    return first;
  }

  /** Has new entries arrive, as {@link #arrive(long, int, int, int)}. */
  void arrive(int rows, int scripts, int large) {
    arrive(number(rows), rows, scripts, large);
  }

  /**
   * Has new entries arrive in one INSERT. The same ones may be sent again.
   *
   * @param first the number of the first, which its message begins with
   * @param scripts how many followed scripts take them in turn
   * @param large how many bytes longer the messages of some are
   */
  void arrive(long first, int rows, int scripts, int large) {
    ask(
        "arriving entries",
        Map.of(
            "first", Long.toString(first),
            "rows", Integer.toString(rows),
            "scripts", Integer.toString(scripts),
            "large", Integer.toString(large),
            "large_one_in", Integer.toString(LARGE_ONE_IN)));
  }

  /** The minute in which the last run of a script started. */
  Instant newestRun(String script) {
    return Instant.ofEpochMilli(Long.parseLong(ask("newest run", Map.of("asked", script))));
  }

  /** Ids of runs, evenly from all that there are. */
  List<String> runIds(int ids) {
    long runs = Long.parseLong(clickHouse.query("SELECT count() FROM script_analytics.runs"));
    long oneIn = Math.max(1, runs / ids / 2);
    return ask("run ids", Map.of("ids", Integer.toString(ids), "one_in", Long.toString(oneIn)))
        .lines()
        .toList();
  }

  /** Gives {@link #ACCOUNT_OF_MANY} copies of a script, unless it has them. */
  void copyOnce(String script, int copies) {
    Map<String, String> parameters =
        Map.of("many", ACCOUNT_OF_MANY, "copied", script, "scripts", Integer.toString(copies));
    if (ask("scripts of an account", parameters).equals("0")) {
      ask("copies of a script", parameters);
      ask("runs of the copies", parameters);
    }
  }

  /** What ClickHouse's log has for the id of a query: rows in JSON. */
  String loggedQuery(String id) {
    clickHouse.query("SYSTEM FLUSH LOGS");
    return ask("query of a request", Map.of("id", id));
  }

  private String ask(String statement, Map<String, String> parameters) {
    Map<String, String> named = new HashMap<>();
    named.put("param_account", ACCOUNT);
    named.put("param_script", SCRIPT);
    parameters.forEach((name, value) -> named.put("param_" + name, value));
    return clickHouse.http().queryAs("default", "", SQL.statement(statement), named);
  }
}
