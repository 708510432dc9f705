package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.process.Ports;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The addresses of a running stack, and queries to begin with. */
record Summary(Stack stack) {

  // Only names that need no quoting in a shell, because users paste the query into one.
  private static final String BUSIEST_SCRIPT =
      """
      SELECT account, script FROM script_analytics.runs
      WHERE match(account, '^[A-Za-z0-9_. -]+$') AND match(script, '^[A-Za-z0-9_. -]+$')
      GROUP BY account, script ORDER BY count() DESC, account, script LIMIT 1 FORMAT TSV""";

  String text() {
    ClickHouseProgram clickHouse = stack.clickHouse();
    String[] busiest = clickHouse.http().query(BUSIEST_SCRIPT).split("\t", -1);
    boolean any = busiest.length == 2;
    String account = any ? busiest[0] : "acme";
    String script = any ? busiest[1] : "Qbalance";
    return """

        Everything runs.
          Log in      %s
                      (for ten minutes; deploy/local/status prints another one)
          API         %s
          Flink       %s
          ClickHouse  %s, native protocol %s:%d
                      user default has no password; script_reader has the password %s
          Kafka       %s, topics %s
          Logs        %s

        Try it:
          curl -H "Authorization: Bearer %s" \\
            "%s/v2/endpoints/%s/logs?account=%s&limit=2"
          curl -u script_reader:%s %s --data-binary "
            SELECT * FROM script_analytics.script_metrics(account = '%s', script = '%s',
              from = now64(3) - INTERVAL 1 DAY, to = now64(3)) FORMAT Vertical"
          curl -u script_reader:%s %s --data-binary "
            SELECT timestamp, log_level, log_message, run_id FROM script_analytics.all_logs(account = '%s',
              script = '%s', from = now64(3) - INTERVAL 1 DAY, to = now64(3))
            WHERE log_level IN ('Warning', 'Error', 'Fatal')
            ORDER BY timestamp DESC LIMIT 10 FORMAT PrettyCompact"
        A file of the runs, also for a browser that has logged in:
          curl -H "Authorization: Bearer %s" -OJ \\
            "%s/v2/scripts/%s/exports/runs_data.csv?account=%s"
        """
        .formatted(
            stack.api().login(),
            stack.api().access(),
            stack.flinkAddress(),
            clickHouse.httpUrl(),
            Ports.LOOPBACK,
            clickHouse.tcpPort(),
            ClickHouseProgram.READER_PASSWORD,
            stack.kafka().bootstrapServers(),
            String.join(", ", Stack.TOPICS),
            stack.home().resolve("logs"),
            ApiProgram.key(),
            stack.api().address(),
            inAddress(script),
            inAddress(account),
            ClickHouseProgram.READER_PASSWORD,
            clickHouse.httpUrl(),
            account,
            script,
            ClickHouseProgram.READER_PASSWORD,
            clickHouse.httpUrl(),
            account,
            script,
            ApiProgram.key(),
            stack.api().address(),
            inAddress(script),
            inAddress(account));
  }

  private static String inAddress(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
