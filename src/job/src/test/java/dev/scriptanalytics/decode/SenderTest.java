package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a dead letter is: every reason, and every form of JSON. */
class SenderTest {
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final EventLimits LIMITS = DecodedLogs.limits(Duration.ofDays(30));

  private final RecordDecoder runs = new RunDecoder(LIMITS, DecodedLogs.HASH_KEY);
  private final RecordDecoder logs =
      DecodedLogs.JSON.decoder(
          LIMITS, EventRules.DEFAULT, DecodedLogs.HASH_KEY, DecodedLogs.UNMASKED);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MISSING_FIELD | 'run_id':'r','status':'ok'",
        "MISSING_FIELD | 'run_id':'r','script':'s','status':'ok'",
        "MISSING_FIELD | 'script':'s','status':'ok','started_at':'T','response_time_ms':1",
        "WRONG_TYPE | 'run_id':{},'script':'s','status':'ok','started_at':'T','response_time_ms':1",
        "WRONG_TYPE | 'run_id':'r','script':'s','status':[]",
        "BAD_VALUE | 'run_id':'r','script':'s','status':'fine'",
        "BAD_VALUE | 'run_id':'r','script':'s','status':'ok','started_at':'soon'",
        "NEGATIVE_TIME | 'run_id':'r','script':'s','status':'ok','started_at':-1",
        "TOO_OLD | 'run_id':'r','script':'s','status':'running','started_at':'2020-01-01T00:00:00Z'",
        "TOO_FAR_AHEAD | 'run_id':'r','script':'s','status':'running','started_at':'2030-01-01T00:00:00Z'"
      })
  void isTheAccountOfARunEvent(DeadLetterReason reason, String fields) {
    assertThat(problem(runs, "{'account':'acme'," + fields + "}"))
        .extracting(UnusableRecordException::reason, UnusableRecordException::sender)
        .containsExactly(reason, new Sender("acme", ""));
    assertThat(problem(runs, "{" + fields + ",'account':7}").sender().account()).isEqualTo("7");
    assertThat(problem(runs, "{" + fields + "}").sender()).isEqualTo(Sender.DEFAULT);
    assertThat(problem(runs, "{" + fields + ",'account':''}").sender()).isEqualTo(Sender.DEFAULT);
    assertThat(problem(runs, "{" + fields + ",'account':{}}").sender()).isEqualTo(Sender.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{'account':'acme'", "{'account':'acme'}}"})
  void isUnknownWhereTheRecordIsNoJsonObject(String record) {
    assertThat(problem(runs, record).sender()).isEqualTo(Sender.UNKNOWN);
    assertThat(problem(logs, record).sender()).isEqualTo(Sender.UNKNOWN);
  }

  @Test
  void isKnownOfARecordThatIsTooLargeOrHasAnImpossibleTimestamp() {
    String large = "{'account':'acme','input':'" + "x".repeat(LIMITS.maxBytes()) + "'}";
    Instant never = Instant.parse("2200-01-01T00:00:00Z");
    for (RecordDecoder decoder : new RecordDecoder[] {runs, logs}) {
      assertThat(problem(decoder, large))
          .extracting(UnusableRecordException::reason, of -> of.sender().account())
          .containsExactly(DeadLetterReason.TOO_LARGE, "acme");
      assertThat(problem(decoder, "{'account':'acme'}", never).sender().account())
          .isEqualTo("acme");
    }
    assertThat(problem(logs, "{'attributes':{'account':'acme'}}", never).sender().account())
        .isEqualTo("acme");
  }

  @Test
  void isTheAccountWithItsEscapesDecoded() {
    assertThat(problem(runs, "{'account':'\\u0061c\\u00e4'}").sender().account()).isEqualTo("acä");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MISSING_FIELD | 'timestamp':1793614500",
        "MISSING_FIELD | 'message':'m'",
        "WRONG_TYPE | 'timestamp':[],'message':'m'",
        "BAD_VALUE | 'timestamp':'soon','message':'m'",
        "TOO_OLD | 'timestamp':'2020-01-01T00:00:00Z','message':'m'",
        "TOO_OLD | 'timestamp':'2020-01-01T00:00:00Z','message':'m','endpointId':'e','jobId':'j'"
      })
  void isTheAccountOfAnEntryOfTheLogsTopic(DeadLetterReason reason, String fields) {
    boolean isEmpty = fields.equals("'timestamp':1793614500");
    if (!isEmpty) {
      assertThat(problem(logs, "{'account':'acme'," + fields + "}"))
          .extracting(UnusableRecordException::reason, UnusableRecordException::sender)
          .containsExactly(reason, new Sender("acme", ""));
      assertThat(problem(logs, "{" + fields + ",'account':[]}").sender()).isEqualTo(Sender.UNKNOWN);
    }
    assertThat(problem(logs, "{" + fields + "}"))
        .extracting(UnusableRecordException::reason, UnusableRecordException::sender)
        .containsExactly(reason, Sender.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'attributes':{'account':'acme'}",
        "'start_time':'soon','attributes':{'account':'acme','log.message':'m'}",
        "'start_time':'2020-01-01T00:00:00Z','attributes':{'account':'acme','log.message':'m'}",
        "'start_time':1793614500,'attributes':{'account':'acme'}",
        "'start_time':1,'attributes':{'account':'acme','log.message':'m','run_id':{}}"
      })
  void isTheAccountAmongTheAttributesOfAKoreloggerSpan(String fields) {
    assertThat(problem(logs, "{" + fields + "}").sender()).isEqualTo(new Sender("acme", ""));
    assertThat(problem(logs, "{" + fields.replace("'acme'", "null") + "}").sender())
        .isEqualTo(Sender.DEFAULT);
    assertThat(problem(logs, "{" + fields.replace("'acme'", "[]") + "}").sender())
        .isEqualTo(Sender.UNKNOWN);
  }

  @Test
  void isUnknownOfAKoreloggerSpanWhoseAttributesAreNone() {
    assertThat(problem(logs, "{'start_time':1793614500}").sender()).isEqualTo(Sender.DEFAULT);
    assertThat(problem(logs, "{'start_time':1793614500,'attributes':[]}").sender())
        .isEqualTo(Sender.UNKNOWN);
  }

  @Test
  void isTheDefaultAccountOfALine() {
    assertThat(problem(logs, "2020-01-01T00:00:00Z [INFO] api: m").sender())
        .isEqualTo(Sender.DEFAULT);
  }

  @Test
  void isTheAccountOfTheItemOrElseOfTheAnswer() throws Exception {
    String items =
        "7,{'timestamp':1},{'account':'own','message':'m'},{'account':{},'message':'m'},"
            + "'no line',{'timestamp':1793614500,'message':'good'}";

    assertThat(decode(logs, "{'account':'acme','logs':[" + items + "]}").unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::account)
        .containsExactly(
            tuple(0, "acme"), tuple(1, "acme"), tuple(2, "own"), tuple(3, ""), tuple(4, "acme"));
    assertThat(decode(logs, "{'logs':[" + items + "]}").unusable())
        .extracting(DecodedLogs.Unusable::account)
        .containsExactly("default", "default", "own", "", "default");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'logs':[]}", "{'account':'acme','logs':[],'total':0}"})
  void makesNothingOfAnAnswerWithoutItems(String answer) throws Exception {
    DecodedLogs decoded = decode(logs, answer);

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable()).isEmpty();
  }

  @Test
  void isCutLikeOtherNamesAndShownByEveryLetterOfARecord() throws Exception {
    String account = "ä".repeat(LIMITS.maxNameBytes());
    DecodeSettings settings =
        new DecodeSettings(LIMITS, EventRules.DEFAULT, DecodedLogs.HASH_KEY, Redaction.NONE);
    try (DecodeHarness harness =
        new DecodeHarness(new DecodeLogs(Map.of("t", DecodedLogs.JSON), settings))) {
      harness.process(record("{'account':'" + account + "','message':'m'}"));
      harness.process(record("{'account':'acme','logs':[" + "7,".repeat(1500) + "7]}"));

      assertThat(harness.letters().get(0).account())
          .isEqualTo("ä".repeat(LIMITS.maxNameBytes() / 2));
      assertThat(harness.letters().subList(1, 1001))
          .extracting(DeadLetter::account)
          .containsOnly("acme");
    }
  }

  private static KafkaRecord record(String json) {
    return new KafkaRecord("t", 3, 42, ARRIVAL.toEpochMilli(), bytes(json));
  }

  private static UnusableRecordException problem(RecordDecoder decoder, String json) {
    return problem(decoder, json, ARRIVAL);
  }

  private static UnusableRecordException problem(
      RecordDecoder decoder, String json, Instant arrival) {
    UnusableRecordException problem =
        catchThrowableOfType(
            UnusableRecordException.class, () -> DecodedLogs.of(decoder, bytes(json), arrival));
    assertThat(problem).as(json).isNotNull();
    return problem;
  }

  private static DecodedLogs decode(RecordDecoder decoder, String json) throws Exception {
    return DecodedLogs.of(decoder, bytes(json), ARRIVAL);
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').replace("\"T\"", "1793614500").getBytes(UTF_8);
  }
}
