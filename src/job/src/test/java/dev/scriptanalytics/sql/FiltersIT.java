package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every query of FILTERS.md, run on the page's own examples. */
class FiltersIT {
  private static final String PAGE = "sql/FILTERS.md";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> PARAMETERS =
      Map.of(
          "param_account",
          "acme",
          "param_script",
          "ep_1",
          "param_from",
          "2026-11-20 10:00:00",
          "param_to",
          "2026-11-20 11:00:00",
          "param_text",
          "it's");

  /** The expected answers, in the order of the page. */
  private static final List<String> ANSWERS =
      List.of(
          // Runs
          "job_1",
          "job_2|job_1",
          "job_5 Failed \\N|job_3 Success 900.5|job_2 Failed \\N|job_1 Success 120",
          "job_4",
          // Logs
          "log_3",
          "log_5 Error",
          "log_8",
          // The logs API of endpoints
          "2026-11-20_10:30:15.234000 info Processing_image_generation_request job_1"
              + "|2026-11-20_10:30:22.891000 info Image_generation_completed job_1"
              + "|2026-11-20_10:30:25.123000 warning High_GPU_memory_usage_detected job_1"
              + "|2026-11-20_10:30:28.456000 error Failed_to_upload_result_to_storage job_1"
              + "|2026-11-20_10:31:00.000000 stdout it's_100%_done job_3"
              + "|2026-11-20_10:35:42.789000 error"
              + " Model_inference_failed_with_CUDA_out_of_memory_error job_2",
          "log_4 5 1|log_5 5 1",
          "log_4|log_5",
          "log_1|log_2|log_3|log_4|log_5",
          "log_6",
          "log_4",
          "log_1 30",
          "ep_2 log_7|ep_1 log_6|ep_1 log_5",
          // Aggregations
          "Error 2026-11-20_10:00:00 2 2",
          " 1 \\N \\N|model_inference 3 4.3 4.3|model_loader 1 3.2 3.2"
              + "|resource_monitor 1 \\N \\N|storage_uploader 1 30 30",
          "2026-11-20_10:30:00 6|2026-11-20_10:35:00 1",
          "1 4.3 4.3 38.5 94 96",
          // Summary
          "7 1 2 1 2 0 {'':1,'model_inference':3,'model_loader':1,'resource_monitor':1,"
              + "'storage_uploader':1}",
          "CUDA_OOM 1 1 2026-11-20_10:35:42.000000 2026-11-20_10:35:42.789000 2"
              + "|Connection_timeout_after_30_seconds 1 1 2026-11-20_10:50:00.000000"
              + " 2026-11-20_10:50:00.000000 1"
              + "|STORAGE_TIMEOUT 1 1 2026-11-20_10:30:28.456000 2026-11-20_10:30:28.456000 0",
          "other 4 1 {'Debug':1,'Error':1,'Info':1,'Warning':1} 0"
              + "|Image_generation_completed 1 1 {'Info':1} 2"
              + "|Model_inference_failed_with_CUDA_out_of_memory_error 1 1 {'Error':1} 2"
              + "|it's_*%_done 1 1 {'Stdout':1} 1",
          "gone it's_*%_done 1 0 1 false|new Image_generation_completed 0 1 1 false"
              + "|new Model_inference_failed_with_CUDA_out_of_memory_error 0 1 1 false",
          "2026-11-20_10:30:00.000 100 215.4435 Success 1|2026-11-20_10:40:00.000 464.1589 1000 Success 1",
          "ep_1 2 Model_inference_failed_with_CUDA_out_of_memory_error",
          // Deployments
          "total_runs 3 2 -1 0.6666666666666666 \\N \\N|failure_rate 50 50 0 1 \\N \\N"
              + "|p50 120 900.5 780.5 7.504166666666666 \\N \\N",
          "inconclusive 1_of_the_1000_response_times_that_a_verdict_takes_are_there|inconclusive"
              + " The_deployment_before_has_1_of_the_1000_response_times_that_a_verdict_takes");

  private static final Object[] WHOLE = {"version", 3, "retention_days", 65_535};

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);

  @BeforeAll
  static void start() throws JsonProcessingException {
    List<DocumentedSql> examples = DocumentedSql.blocks(PAGE, "json");
    tables.insert("runs", rows(examples.get(0), WHOLE));
    tables.insert("logs", rows(examples.get(1), WHOLE));
    tables.insert("log_shapes", rows(examples.get(2)));
    tables.insertRollups(rows(examples.get(0)).stream().map(FiltersIT::run).toList());
  }

  static Stream<Arguments> queries() {
    List<DocumentedSql> blocks = DocumentedSql.blocks(PAGE, "sql");
    return IntStream.range(0, Math.min(blocks.size(), ANSWERS.size()))
        .mapToObj(i -> Arguments.of(blocks.get(i), ANSWERS.get(i)));
  }

  @ParameterizedTest
  @MethodSource("queries")
  void aQueryOfThePageAnswersWhatItPromises(DocumentedSql query, String answer) {
    String sql = query.code().strip();
    assertThat(sql).endsWith(";");
    assertThat(
            clickHouse
                .http()
                .queryAs(
                    "script_reader",
                    ClickHouseProgram.READER_PASSWORD,
                    sql.substring(0, sql.length() - 1) + " FORMAT TSV",
                    PARAMETERS)
                .replace(' ', '_')
                .replace('\t', ' ')
                .replace("\\'", "'")
                .replace('\n', '|'))
        .isEqualTo(answer);
  }

  @Test
  void everyQueryOfThePageHasAnAnswerHere() {
    assertThat(DocumentedSql.blocks(PAGE, "sql")).hasSameSizeAs(ANSWERS);
  }

  /** The page has five runs and seven entries of the script in its range. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "WORD = 'x' | 0",
        "WORD < 'x' | 0",
        "WORD > 'x' | 0",
        "WORD <= 'x' | 0",
        "WORD >= 'x' | 0",
        "WORD BETWEEN 'x' AND 'x' | 0",
        "WORD LIKE 'x' | 0",
        "position(WORD, 'x') > 0 | 0",
        "WORD IN ('x') | 0",
        "WORD NOT IN ('x') | all",
        "WORD NOT LIKE 'x' | all",
        "NOT (WORD = 'x') | all",
        "WORD != 'x' | Code: 691.",
        "startsWith(WORD, 'x') | Code: 43.",
        "startsWith(toString(WORD), 'x') | 0",
        "WORD IN ('x', KNOWN) AND WORD NOT IN (KNOWN) | 0",
        "WORD IN ('x', KNOWN) AND WORD IN (KNOWN) | 2"
      })
  void anUnknownWordIsTakenAsThePageSays(String condition, String expected) {
    String range = "(account = 'acme', script = 'ep_1', from = '2026-11-20', to = '2026-11-21')";
    assertThat(
            count(
                "all_runs" + range,
                condition.replace("WORD", "status").replace("KNOWN", "'Failed'")))
        .startsWith(expected.equals("all") ? "5" : expected);
    assertThat(
            count(
                "all_logs" + range,
                condition.replace("WORD", "log_level").replace("KNOWN", "'Error'")))
        .startsWith(expected.equals("all") ? "7" : expected);
  }

  private static String count(String view, String condition) {
    try {
      return clickHouse.queryAs(
          "script_reader",
          ClickHouseProgram.READER_PASSWORD,
          "SELECT count() FROM script_analytics." + view + " WHERE " + condition);
    } catch (ClickHouseHttp.QueryFailedException refused) {
      return "Code: " + refused.code() + ".";
    }
  }

  private static Run run(Map<String, Object> row) {
    Number time = (Number) row.get("response_time");
    long start =
        Instant.parse(row.get("executed_on").toString().replace(' ', 'T') + "Z").toEpochMilli();
    return new Run(
        "acme",
        row.get("script").toString(),
        start,
        row.get("run_id").toString(),
        3,
        row.get("status").toString(),
        (Integer) row.get("deployment_version"),
        time == null ? null : time.doubleValue(),
        start);
  }

  private static List<Map<String, Object>> rows(DocumentedSql block, Object... more)
      throws JsonProcessingException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String line : block.code().lines().toList()) {
      Map<String, Object> row = new LinkedHashMap<>(Map.of("account", "acme"));
      row.putAll(JSON.readValue(line, new TypeReference<Map<String, Object>>() {}));
      for (int i = 0; i < more.length; i += 2) {
        row.put((String) more[i], more[i + 1]);
      }
      rows.add(row);
    }
    return rows;
  }
}
