package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventRules;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All forms of values that OTLP's specification and the JSON of Protocol Buffers allow are read.
 */
class OtlpFormsTest {
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final long NANOS = ARRIVAL.toEpochMilli() * 1_000_000 - 1_000_000_000L;

  @Test
  void keepsCharactersBeyondTheBasicPlaneInBothEncodings() throws Exception {
    AnyValue party = AnyValue.newBuilder().setStringValue("🎉 Grüße").build();
    KeyValue named = KeyValue.newBuilder().setKey("🎉").setValue(party).build();
    LogRecord structured =
        LogRecord.newBuilder()
            .setTimeUnixNano(NANOS)
            .setBody(
                AnyValue.newBuilder().setKvlistValue(KeyValueList.newBuilder().addValues(named)))
            .addAttributes(named)
            .build();
    LogRecord list =
        LogRecord.newBuilder()
            .setTimeUnixNano(NANOS)
            .setBody(AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(party)))
            .build();
    String json =
        """
        {"timeUnixNano":"%1$d",
         "body":{"kvlistValue":{"values":[{"key":"🎉","value":{"stringValue":"🎉 Grüße"}}]}},
         "attributes":[{"key":"\\ud83c\\udf89","value":{"stringValue":"\\ud83c\\udf89 Grüße"}}]},
        {"timeUnixNano":"%1$d","body":{"arrayValue":{"values":[{"stringValue":"🎉 Grüße"}]}}}
        """
            .formatted(NANOS);

    List<Map<String, Object>> rows = rows(protobuf(structured, list));

    assertThat(rows)
        .extracting(
            row -> row.get("log_message"), row -> row.get("metadata"), row -> row.get("extra"))
        .containsExactly(
            tuple(
                "{\"🎉\":\"🎉 Grüße\"}",
                "{\"🎉\":\"🎉 Grüße\"}",
                "{\"body\":{\"🎉\":\"🎉 Grüße\"}}"),
            tuple("[\"🎉 Grüße\"]", "", ""));
    assertThat(rows(json(json))).isEqualTo(rows);
  }

  @Test
  void keepsCharactersBeyondTheBasicPlaneInRuns() throws Exception {
    String span =
        """
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"1111111111111111","name":"🎉",
         "startTimeUnixNano":"%d","endTimeUnixNano":"%d",
         "attributes":[{"key":"faas.invocation_id","value":{"stringValue":"🎉"}},
           {"key":"faas.name","value":{"stringValue":"f"}},
           {"key":"who","value":{"stringValue":"🎉"}}]}
        """
            .formatted(NANOS, NANOS + 1);

    assertThat(runs(span))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("run_id", "🎉")
                    .containsEntry("function", "🎉")
                    .extractingByKey("extra")
                    .asString()
                    .contains("\"attributes\":{\"who\":\"🎉\"}"));
  }

  @Test
  void replacesHalfACharacter() throws Exception {
    String json =
        """
        {"timeUnixNano":"%1$d","body":{"stringValue":"half \\ud83d emoji"}},
        {"timeUnixNano":"%1$d","body":{"arrayValue":{"values":[{"stringValue":"\\ude00"}]}}},
        {"timeUnixNano":"%1$d","body":{"stringValue":"m"},
         "attributes":[{"key":"\\ud83d","value":{"bytesValue":"\\ud83d!"}}]}
        """
            .formatted(NANOS);

    assertThat(rows(json(json)))
        .extracting(row -> row.get("log_message"), row -> row.get("metadata"))
        .containsExactly(
            tuple("half \ufffd emoji", ""),
            tuple("[\"\ufffd\"]", ""),
            tuple("m", "{\"\ufffd\":{\"bytesValue\":\"\ufffd!\"}}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "\"3\"", "3.0", "\"3.0\"", "3e0", "\"30e-1\"", "0.3E1", "\"+3\""})
  void readsAnIntegerHoweverItIsWritten(String integer) throws Exception {
    assertThat(metadata("{\"intValue\":" + integer + "}")).isEqualTo("{\"n\":3}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5", "\"3.5\"", "\"1e40\"", "1e999999999", "\"\"", "\" 3\"", "NaN"})
  void takesNothingElseForAnInteger(String integer) throws Exception {
    assertThat(metadata("{\"intValue\":" + integer + "}"))
        .asString()
        .startsWith("{\"n\":{\"intValue\":");
  }

  @ParameterizedTest
  @CsvSource({
    "1.5, 1.5",
    "'\"1.5\"', 1.5",
    "NaN, '\"NaN\"'",
    "'\"NaN\"', '\"NaN\"'",
    "'\"-Infinity\"', '\"-Infinity\"'",
    "3, 3.0"
  })
  void readsANumberHoweverItIsWritten(String number, String written) throws Exception {
    assertThat(metadata("{\"doubleValue\":" + number + "}")).isEqualTo("{\"n\":" + written + "}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%d", "\"%d\"", "%d.0", "\"%de0\""})
  void readsATimeHoweverItIsWritten(String time) throws Exception {
    String log =
        "{\"timeUnixNano\":" + time.formatted(NANOS) + ",\"body\":{\"stringValue\":\"m\"}}";

    assertThat(rows(json(log)))
        .extracting(row -> row.get("timestamp"))
        .containsExactly(Instant.ofEpochSecond(0, NANOS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "\"17\"", "17.0", "\"SEVERITY_NUMBER_ERROR\""})
  void readsAnEnumByNameOrNumber(String severity) throws Exception {
    String log = "{\"severityNumber\":" + severity + ",\"body\":{\"stringValue\":\"m\"}}";

    assertThat(rows(json(log))).extracting(row -> row.get("log_level")).containsExactly("Error");
  }

  @ParameterizedTest
  @CsvSource({"+/+/, +/+/", "-_-_, +/+/", "eA==, eA==", "eA, eA==", "_w, /w==", "'', ''"})
  void readsBothAlphabetsOfBase64(String base64, String standard) throws Exception {
    assertThat(metadata("{\"bytesValue\":\"" + base64 + "\"}"))
        .isEqualTo("{\"n\":\"" + standard + "\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "5b8efff798038103d269b633813fc60c, eee19b7ec3c1b174",
    "5B8EFFF798038103D269B633813FC60C, EEE19B7EC3C1B174",
    "W47/95gDgQPSabYzgT/GDA==, 7uGbfsPBsXQ=",
    "W47_95gDgQPSabYzgT_GDA, 7uGbfsPBsXQ"
  })
  void readsIdsInHexadecimalAndInBase64(String trace, String span) throws Exception {
    String log =
        "{\"traceId\":\"%s\",\"spanId\":\"%s\",\"body\":{\"stringValue\":\"m\"}}"
            .formatted(trace, span);

    assertThat(rows(json(log)))
        .extracting(
            row -> row.get("trace_id"), row -> row.get("span_id"), row -> row.get("metadata"))
        .containsExactly(tuple("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", ""));
  }

  @Test
  void readsNamesAsInTheSchemaToo() throws Exception {
    String camelCase =
        """
        {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"%d",
          "observedTimeUnixNano":"7","severityNumber":17,"severityText":"ERR",
          "traceId":"5b8efff798038103d269b633813fc60c","eventName":"e","droppedAttributesCount":3,
          "attributes":[{"key":"n","value":{"arrayValue":{"values":[{"intValue":"1"}]}}}]}]}]}]}
        """
            .formatted(NANOS);
    String snakeCase = camelCase.replaceAll("(?<=[a-z])([A-Z])(?=[A-Za-z]*\":)", "_$1");
    StringBuilder lower = new StringBuilder();
    snakeCase
        .chars()
        .forEach(
            c -> {
              boolean inName = lower.length() > 0 && lower.charAt(lower.length() - 1) == '_';
              lower.append((char) (inName ? Character.toLowerCase(c) : c));
            });

    assertThat(lower).contains("resource_logs", "time_unix_nano", "array_value");
    assertThat(rows(lower.toString().getBytes(UTF_8)))
        .hasSize(1)
        .isEqualTo(rows(camelCase.getBytes(UTF_8)));
  }

  @Test
  void skipsAByteOrderMark() throws Exception {
    byte[] batch = json("{\"body\":{\"stringValue\":\"m\"}}");

    byte[] marked = ("\ufeff" + new String(batch, UTF_8)).getBytes(UTF_8);

    assertThat(rows(marked)).hasSize(1).isEqualTo(rows(batch));
  }

  @Test
  void takesTheLastOfSeveralFieldsOrAttributesOfOneName() throws Exception {
    String log =
        """
        {"body":{"stringValue":"first"},"body":{"stringValue":"last"},"attributes":[
          {"key":"faas.name","value":{"stringValue":"first"}},
          {"key":"a","value":{"intValue":1}},
          {"key":"faas.name","value":{"stringValue":"last"}},
          {"key":"b","value":{"kvlistValue":{"values":[
            {"key":"c","value":{"intValue":1}},{"key":"c","value":{"intValue":2}}]}}},
          {"key":"a","value":{"intValue":2}}]}
        """;

    assertThat(rows(json(log)))
        .extracting(
            row -> row.get("log_message"), row -> row.get("script"), row -> row.get("metadata"))
        .containsExactly(tuple("last", "last", "{\"a\":2,\"b\":{\"c\":2}}"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "\"eventName\":\"started\" | started",
        "\"body\":{},\"attributes\":[{\"key\":\"event.name\",\"value\":{\"stringValue\":\"seen\"}}] | seen",
        "\"body\":{\"stringValue\":\"\"},\"attributes\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}}]"
            + " | {\"a\":true}",
        "\"attributes\":[{\"key\":\"event.name\",\"value\":{\"stringValue\":\"seen\"}},"
            + "{\"key\":\"exception.message\",\"value\":{\"stringValue\":\"broken\"}}] | broken"
      })
  void findsAMessageWithoutABody(String members, String message) throws Exception {
    assertThat(rows(json("{" + members + "}")))
        .extracting(row -> row.get("log_message"), row -> row.get("timestamp"))
        .containsExactly(tuple(message, ARRIVAL));
  }

  @Test
  void readsAnErrorThatIsTheBody() throws Exception {
    String log =
        """
        {"body":{"kvlistValue":{"values":[
          {"key":"errorMessage","value":{"stringValue":"disk full"}},
          {"key":"errorType","value":{"stringValue":"IOError"}},
          {"key":"stackTrace","value":{"arrayValue":{"values":[
            {"stringValue":"at a"},{"stringValue":"at b"}]}}}]}}}
        """;

    assertThat(rows(json(log)))
        .extracting(
            row -> row.get("log_message"),
            row -> row.get("error_code"),
            row -> row.get("stack_trace"))
        .containsExactly(tuple("disk full", "IOError", "at a\nat b"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "\"msg\",\"value\":{\"stringValue\":\"m\"}},{\"key\":\"message\",\"value\":{\"stringValue\":\"n\"} | n",
        "\"msg\",\"value\":{\"stringValue\":\"m\"}},{\"key\":\"message\",\"value\":{\"stringValue\":\"\"} | m",
        "\"msg\",\"value\":{\"stringValue\":\"m\"}},{\"key\":\"msg\",\"value\":{\"stringValue\":\"n\"} | n",
        "\"message\",\"value\":{\"intValue\":17} | 17",
        "\"message\",\"value\":{\"boolValue\":true} | {\"message\":true}",
        "\"message\",\"value\":{\"kvlistValue\":{\"values\":"
            + "[{\"key\":\"msg\",\"value\":{\"stringValue\":\"within\"}}]}} | within"
      })
  void findsTheMessageWithinTheBody(String members, String message) throws Exception {
    String body = "{\"kvlistValue\":{\"values\":[{\"key\":" + members + "}]}}";

    assertThat(rows(json("{\"body\":" + body + "}")))
        .extracting(row -> row.get("log_message"))
        .containsExactly(message);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "{\"kvlistValue\":{\"message\":\"m\"}} | {\"kvlistValue\":{\"message\":\"m\"}}",
        "{\"arrayValue\":{\"items\":[1]}} | {\"arrayValue\":{\"items\":[1]}}",
        "{\"kvlistValue\":{\"values\":[]}} | {}",
        "{\"arrayValue\":{\"values\":null}} | []",
        "{\"arrayValue\":{}} | []"
      })
  void keepsABodyWhoseValuesHaveAnotherName(String body, String message) throws Exception {
    assertThat(rows(json("{\"body\":" + body + "}")))
        .extracting(row -> row.get("log_message"))
        .containsExactly(message);
  }

  @Test
  void readsAnErrorWithinTheMessageOfTheBody() throws Exception {
    String log =
        """
        {"body":{"kvlistValue":{"values":[{"key":"message","value":{"kvlistValue":{"values":[
          {"key":"message","value":{"stringValue":"disk full"}},
          {"key":"errorType","value":{"intValue":28}},
          {"key":"stackTrace","value":{"stringValue":"at a"}}]}}}]}}}
        """;

    assertThat(rows(json(log)))
        .extracting(
            row -> row.get("log_message"),
            row -> row.get("error_code"),
            row -> row.get("stack_trace"))
        .containsExactly(tuple("disk full", "28", "at a"));
  }

  @ParameterizedTest
  @CsvSource({"' 17 ', Error", "warn, Warning", "'\u001b[31mFATAL\u001b[0m', Fatal", "170, Info"})
  void readsALevelThatIsOnlyAText(String severity, String level) throws Exception {
    assertThat(rows(json("{\"severityText\":\"" + severity.replace("\u001b", "\\u001b") + "\"}")))
        .extracting(row -> row.get("log_level"))
        .containsExactly(level);
  }

  @Test
  void readsBytesOfProtocolBuffersAsTheyAre() throws Exception {
    LogRecord record =
        LogRecord.newBuilder()
            .setBody(AnyValue.newBuilder().setBytesValue(ByteString.fromHex("fbffbf")))
            .build();

    assertThat(rows(protobuf(record)))
        .extracting(row -> row.get("log_message"))
        .containsExactly("+/+/");
  }

  /** The metadata of an entry whose attribute n has that value. */
  @Test
  void givesEqualEntriesOfOneBatchAnIdEachAndTheSameIdsWhenTheBatchIsSentAgain() throws Exception {
    LogRecord record =
        LogRecord.newBuilder()
            .setTimeUnixNano(NANOS)
            .setBody(AnyValue.newBuilder().setStringValue("retrying"))
            .build();
    byte[] batch = protobuf(record, record, record);

    List<Object> ids = rows(batch).stream().map(row -> row.get("log_id")).toList();

    assertThat(ids).hasSize(3).doesNotHaveDuplicates();
    assertThat(rows(batch)).extracting(row -> row.get("log_id")).isEqualTo(ids);
  }

  private static Object metadata(String value) throws Exception {
    List<Map<String, Object>> rows =
        rows(
            json(
                "{\"body\":{\"stringValue\":\"m\"},\"attributes\":[{\"key\":\"n\",\"value\":"
                    + value
                    + "}]}"));
    assertThat(rows).hasSize(1);
    return rows.get(0).get("metadata");
  }

  private static byte[] json(String logRecords) {
    return ("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" + logRecords + "]}]}]}")
        .getBytes(UTF_8);
  }

  private static byte[] protobuf(LogRecord... records) {
    return LogsData.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .addScopeLogs(ScopeLogs.newBuilder().addAllLogRecords(List.of(records))))
        .build()
        .toByteArray();
  }

  private static List<Map<String, Object>> rows(byte[] batch) throws Exception {
    DecodedLogs decoded =
        DecodedLogs.of(
            new OtlpLogDecoder(limits(Duration.ofDays(30)), HASH_KEY, DecodedLogs.UNMASKED),
            batch,
            ARRIVAL);
    assertThat(decoded.unusable()).isEmpty();
    return decoded.rows();
  }

  private static List<Map<String, Object>> runs(String span) throws Exception {
    String batch = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + span + "]}]}]}";
    DecodedLogs decoded =
        DecodedLogs.of(
            new OtlpSpanDecoder(
                limits(Duration.ofDays(30)), EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
            batch.getBytes(UTF_8),
            ARRIVAL);
    assertThat(decoded.unusable()).isEmpty();
    return decoded.runRows();
  }
}
