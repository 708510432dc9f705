package dev.scriptanalytics.configuration;

import static dev.scriptanalytics.configuration.AllowedValues.durationBetween;
import static dev.scriptanalytics.configuration.AllowedValues.integerBetween;
import static dev.scriptanalytics.configuration.AllowedValues.listMatching;
import static dev.scriptanalytics.configuration.AllowedValues.matching;
import static dev.scriptanalytics.configuration.AllowedValues.notEmpty;
import static dev.scriptanalytics.configuration.AllowedValues.oneOf;
import static dev.scriptanalytics.configuration.AllowedValues.regexWithGroups;
import static dev.scriptanalytics.configuration.AllowedValues.sizeBetween;
import static dev.scriptanalytics.configuration.AllowedValues.zone;

import dev.scriptanalytics.configuration.OptionCatalogue.Declared;
import dev.scriptanalytics.event.LevelScale;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

/**
 * Every option of the job, in the order in which {@code --help} and the shipped properties file
 * list them. Descriptions say what a value means and what breaks at either extreme.
 */
public final class JobOptions {
  // These stand first, because the constants below fill the catalogue.
  private static final OptionCatalogue CATALOGUE = new OptionCatalogue();
  private static final OptionCatalogue.Group KAFKA_OPTIONS =
      CATALOGUE.group(
          "Kafka. Every further kafka.* option goes to the Kafka clients without its prefix, such"
              + " as kafka.security.protocol.");
  private static final OptionCatalogue.Group TOPICS_OPTIONS = CATALOGUE.group("Topics");
  private static final OptionCatalogue.Group KORELOGGER_OPTIONS =
      CATALOGUE.group("Spans of korelogger");
  private static final OptionCatalogue.Group READING_OPTIONS = CATALOGUE.group("Reading");
  private static final OptionCatalogue.Group EVENTS_OPTIONS = CATALOGUE.group("Limits of events");
  private static final OptionCatalogue.Group DEAD_LETTERS_OPTIONS = CATALOGUE.group("Dead letters");
  private static final OptionCatalogue.Group CAPTURED_OPTIONS =
      CATALOGUE.group("Captured stdout and stderr");
  private static final OptionCatalogue.Group RUNS_OPTIONS = CATALOGUE.group("Runs");
  private static final OptionCatalogue.Group LOGS_OPTIONS = CATALOGUE.group("Log entries");
  private static final OptionCatalogue.Group ROLLUPS_OPTIONS = CATALOGUE.group("Rollups");
  private static final OptionCatalogue.Group PATTERNS_OPTIONS = CATALOGUE.group("Log patterns");
  private static final OptionCatalogue.Group WRITING_OPTIONS = CATALOGUE.group("Writing");
  private static final OptionCatalogue.Group CLICKHOUSE_OPTIONS =
      CATALOGUE.group(
          "ClickHouse. Every further clickhouse.* option goes to its JDBC driver without its"
              + " prefix, such as clickhouse.ssl_mode.");
  private static final OptionCatalogue.Group RETENTION_OPTIONS = CATALOGUE.group("Retention");
  private static final OptionCatalogue.Group JOB_OPTIONS = CATALOGUE.group("Job");

  private static final String BROKER = "(\\[[0-9a-fA-F:.]+\\]|[^\\s,:\\[\\]]+):\\d{1,5}";

  private static final String TOPIC = "[A-Za-z0-9._-]{1,249}";
  private static final String TOPICS =
      "topic names, each once, separated by commas, of letters, digits, '.', '_' and '-'";

  // Kafka

  public static final ConfigOption<String> KAFKA_BOOTSTRAP_SERVERS =
      KAFKA_OPTIONS.required(
          "kafka.bootstrap.servers",
          "${KAFKA_BOOTSTRAP_SERVERS}",
          matching(
              BROKER + "(\\s*,\\s*" + BROKER + ")*", "brokers as host:port, separated by commas"),
          "The Kafka brokers to begin with, as host:port, separated by commas. One is enough while"
              + " it is up; with two or three the job also starts while one of them is down.");

  public static final ConfigOption<String> KAFKA_GROUP_ID =
      KAFKA_OPTIONS.text(
          "kafka.group.id",
          "script-analytics",
          notEmpty(),
          "The consumer group under which the job commits its offsets, for lag monitors to read."
              + " The job itself goes on from its checkpoint and not from the group. Two jobs with"
              + " one group hide each other's lag.");

  public static final ConfigOption<String> KAFKA_ISOLATION_LEVEL =
      KAFKA_OPTIONS.text(
          "kafka.isolation.level",
          "read_committed",
          matching("read_committed|read_uncommitted", "read_committed or read_uncommitted"),
          "Which records of transactions are read. read_committed: those of committed ones, and a"
              + " partition stands still behind a transaction that is open, at most for the"
              + " producer's transaction.timeout.ms. read_uncommitted: all, at once, so the runs of"
              + " an aborted transaction count too.");

  // Topics

  public static final ConfigOption<List<String>> RUNS_TOPICS =
      TOPICS_OPTIONS.list(
          "runs.topics",
          "script-runs",
          listMatching(TOPIC, TOPICS),
          "The topics that carry run events, separated by commas. The timestamp of a record is"
              + " taken as its time of arrival, so message.timestamp.type=LogAppendTime is"
              + " advised.");

  public static final ConfigOption<List<String>> LOGS_TOPICS =
      TOPICS_OPTIONS.listOrNone(
          "logs.topics",
          "script-logs",
          listMatching(TOPIC, TOPICS).or(List::isEmpty, "nothing, or " + TOPICS),
          "The topics that carry log entries in JSON, separated by commas: native entries,"
              + " korelogger spans and entries of the endpoints' logs API, told apart by their"
              + " fields. If empty, the job reads no log entries.");

  public static final ConfigOption<List<String>> OTLP_LOGS_TOPICS =
      TOPICS_OPTIONS.listOrNone(
          "otlp.logs.topics",
          "",
          listMatching(TOPIC, TOPICS).or(List::isEmpty, "nothing, or " + TOPICS),
          "The topics that carry OpenTelemetry logs in protobuf or JSON. The Collector's Kafka"
              + " exporter writes them to otlp_logs by default. If empty, the job reads none.");

  public static final ConfigOption<List<String>> OTLP_SPANS_TOPICS =
      TOPICS_OPTIONS.listOrNone(
          "otlp.spans.topics",
          "",
          listMatching(TOPIC, TOPICS).or(List::isEmpty, "nothing, or " + TOPICS),
          "The topics that carry OpenTelemetry spans. The Collector writes them to otlp_spans by"
              + " default. A span with faas.invocation_id is a run. If empty, the job reads none.");

  // The spans of korelogger

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_MESSAGE =
      attribute(
          "message",
          "log.message",
          "The attribute of a korelogger span that holds the message. A span without it is a dead"
              + " letter. With a wrong name, every korelogger span becomes a dead letter.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_LEVEL =
      attribute(
          "level",
          "log.level",
          "The attribute that holds the level. With a wrong name, every entry is Info.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_LOG_ID =
      attribute(
          "log-id",
          "log.meta.logid",
          "The attribute that holds the entry's id. With a wrong name, ids are made from the"
              + " content, and two equal entries become one.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_RUN_ID =
      attribute(
          "run-id",
          "run_id",
          "The attribute that holds the run's id. With a wrong name, no entry is tied to its run.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_DEPLOYMENT_ID =
      attribute("deployment-id", "deployment_id", "The attribute that holds the deployment's id.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_DEPLOYMENT_VERSION =
      attribute(
          "deployment-version",
          "deployment_version",
          "The attribute that holds the deployment's version, a number. If the attribute is"
              + " missing, the job takes the value from the run.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_SOURCE =
      attribute("source", "source", "The attribute that holds where the entry came from.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_SOURCE_TYPE =
      attribute("source-type", "source_type", "The attribute that holds the kind of that source.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_ACCOUNT =
      attribute(
          "account",
          "account",
          "The attribute that holds the account. With a wrong name, every entry belongs to the"
              + " default account and is not tied to its run.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_SCRIPT =
      attribute(
          "script",
          "script",
          "The attribute that holds the script's name. If the attribute is missing, the job takes"
              + " the value from the run.");

  public static final ConfigOption<String> KORELOGGER_ATTRIBUTE_FUNCTION =
      attribute(
          "function",
          "function",
          "The attribute that holds the function's name. If the attribute is missing, the job"
              + " takes the value from the run.");

  // Source

  public static final ConfigOption<Duration> SOURCE_IDLE_TIMEOUT =
      READING_OPTIONS.duration(
          "source.idle-timeout",
          "10 s",
          durationBetween("100 ms", "1 h"),
          "How long a partition may be without a record before it no longer holds back the"
              + " watermark. Too short: a partition that only pauses is left behind, and the job"
              + " removes its cells too early. Too long: one empty partition keeps every finished"
              + " cell in state for that time.");

  public static final ConfigOption<Duration> SOURCE_MAX_OUT_OF_ORDERNESS =
      READING_OPTIONS.duration(
          "source.max-out-of-orderness",
          "10 s",
          durationBetween("0 s", "1 h"),
          "How far the arrival times of one partition may run backwards. With LogAppendTime they"
              + " hardly do. Too small: the job removes cells whose records still arrive. Too"
              + " large: cells stay in state longer; no result changes.");

  public static final ConfigOption<Duration> SOURCE_MAX_DRIFT =
      READING_OPTIONS.duration(
          "source.max-drift",
          "5 min",
          durationBetween("1 s", "365 d"),
          "How far, in time of arrival, one source may be ahead of another: runs ahead of logs,"
              + " or logs ahead of runs. It matters in a replay of old records, and should be"
              + " well below log.await-run. Too short: the faster source often pauses. Too long:"
              + " in a replay, the job reads log entries long before their run, and they stay"
              + " without its script, deployment and function.");

  // Events

  public static final ConfigOption<Duration> EVENT_MAX_AGE =
      EVENTS_OPTIONS.duration(
          "event.max-age",
          "30 d",
          durationBetween("1 min", "3650 d"),
          "How long before its arrival an event may be dated; an older one is a dead letter. It"
              + " may not exceed retention.days, because ClickHouse drops a row past its"
              + " retention without a message. If retention.accounts gives an account fewer days,"
              + " that is its limit. Too short: a producer that was cut off for a while loses its"
              + " events to dead_letters. Too long: a wrong clock creates one partition per day.");

  public static final ConfigOption<Duration> EVENT_MAX_AHEAD =
      EVENTS_OPTIONS.duration(
          "event.max-ahead",
          "1 d",
          durationBetween("0 s", "365 d"),
          "How long after its arrival an event may be dated; one further ahead is a dead letter."
              + " At 0 s, every producer with a slightly fast clock is refused. Too long: rows of"
              + " a wrong clock stand at the top of every list until their time has come.");

  public static final ConfigOption<Duration> EVENT_MAX_CLOCK_SKEW =
      EVENTS_OPTIONS.duration(
          "event.max-clock-skew",
          "1 min",
          durationBetween("0 s", "1 h"),
          "How far two clocks that tell of one run may differ, in whole seconds. An end up to this"
              + " long before its start counts as 0 ms, and starts that differ by less are one"
              + " start; beyond it, the event is a dead letter. Too short: good events of a platform"
              + " with loose clocks are refused. Too long: a run id that is used again soon passes"
              + " for a duplicate.");

  public static final ConfigOption<String> EVENT_DEFAULT_ZONE =
      EVENTS_OPTIONS.optional(
          "event.default-zone",
          "Europe/Berlin",
          zone(),
          "The zone of times that are written without one: an IANA zone or an offset such as +02:00."
              + " Unset: such an event is a dead letter. A wrong zone moves every such event by"
              + " hours, and nothing brings it back.");

  public static final ConfigOption<MemorySize> EVENT_MAX_BYTES =
      EVENTS_OPTIONS.size(
          "event.max-bytes",
          "8 mb",
          sizeBetween("1 kb", "64 mb"),
          "The largest record that is read; a larger one is a dead letter. Below the topic's"
              + " max.message.bytes, good events are refused. Too large: each record of a flood"
              + " of such records takes several times this much memory on its way through the"
              + " job.");

  public static final ConfigOption<MemorySize> EVENT_MAX_INPUT_BYTES =
      EVENTS_OPTIONS.size(
          "event.max-input-bytes",
          "64 kb",
          sizeBetween("0 b", "16 mb"),
          "After how many bytes of UTF-8 a run's input is cut; the row's column truncated then"
              + " names it. At 0 b, no input is kept. Too large: runs grow with their inputs on"
              + " the wire, in state and on disk.");

  public static final ConfigOption<MemorySize> EVENT_MAX_OUTPUT_BYTES =
      EVENTS_OPTIONS.size(
          "event.max-output-bytes",
          "64 kb",
          sizeBetween("0 b", "16 mb"),
          "After how many bytes of UTF-8 a run's output is cut, as event.max-input-bytes does for"
              + " the input.");

  public static final ConfigOption<MemorySize> EVENT_MAX_MESSAGE_BYTES =
      EVENTS_OPTIONS.size(
          "event.max-message-bytes",
          "32 kb",
          sizeBetween("64 b", "16 mb"),
          "After how many bytes of UTF-8 these are cut: a log entry's message, an error's"
              + " message, a line of captured stdout or stderr. Too small: messages lose their"
              + " end, which often names the cause.");

  public static final ConfigOption<MemorySize> EVENT_MAX_STACK_TRACE_BYTES =
      EVENTS_OPTIONS.size(
          "event.max-stack-trace-bytes",
          "32 kb",
          sizeBetween("64 b", "16 mb"),
          "After how many bytes of UTF-8 a stack trace is cut. Too small: the last 'Caused by' is"
              + " lost.");

  public static final ConfigOption<MemorySize> EVENT_MAX_NAME_BYTES =
      EVENTS_OPTIONS.size(
          "event.max-name-bytes",
          "1 kb",
          sizeBetween("16 b", "64 kb"),
          "The largest account, script, function, source or id in bytes of UTF-8. An event with a"
              + " larger one that identifies it is a dead letter, since two cut ids might be"
              + " equal; other names are cut. Too large: keys in state and in ClickHouse's"
              + " primary index grow with what producers send.");

  public static final ConfigOption<MemorySize> DEAD_LETTER_MAX_BYTES =
      DEAD_LETTERS_OPTIONS.size(
          "dead-letter.max-bytes",
          "64 kb",
          sizeBetween("0 b", "16 mb"),
          "After how many bytes a dead letter's copy of its record is cut. Too small: the fault"
              + " may lie behind the cut, though topic, partition and offset still find the"
              + " record while Kafka has it. Too large: one broken producer fills dead_letters.");

  // Captured stdout and stderr

  public static final ConfigOption<String> CAPTURED_PATTERN =
      CAPTURED_OPTIONS.text(
          "captured.pattern",
          "^([A-Za-z]+)\\s+:: ?(.*)$",
          regexWithGroups(
              2, "a regular expression with exactly two groups, the level and the message"),
          "A Java regular expression for a line of captured stdout or stderr that has a level. It"
              + " has exactly two groups, the level and the message. A line that does not match"
              + " is Stdout or Stderr. Too wide: ordinary output becomes entries with invented"
              + " levels. An expression that backtracks slows down the job at every line.");

  public static final ConfigOption<KoreloggerCapture> CAPTURED_KORELOGGER =
      CAPTURED_OPTIONS.choice(
          "captured.korelogger",
          KoreloggerCapture.AUTO,
          oneOf("auto", "keep", "drop"),
          "What becomes of korelogger's lines in captured output, which usually arrive as log"
              + " entries as well. auto: a line is left out if its run has streamed an entry of the"
              + " same level and message, even up to log.await-run after its end; beyond"
              + " log.await-run.max-entries and log.await-run.max-bytes a line may be stored twice"
              + " (metric capturedLinesKept). keep: a line is stored twice if both copies arrive."
              + " drop: a line is lost if it was not streamed.");

  // Runs

  public static final ConfigOption<List<String>> RUN_STATUS_IN_PROGRESS =
      RUNS_OPTIONS.list(
          "run.status.in-progress",
          "in progress, started, running, queued, pending, scheduled",
          statusWords(),
          "The status words of a run that goes on. Case, blanks, '-' and '_' do not matter, and so"
              + " camel case does not either. With queued, pending and scheduled a run has not"
              + " started to execute. A word of no option is a dead letter; a word under the wrong"
              + " one keeps finished runs In Progress for ever.");

  public static final ConfigOption<List<String>> RUN_STATUS_SUCCESS =
      RUNS_OPTIONS.list(
          "run.status.success",
          "success, succeeded, successful, complete, completed, done, finished, passed, ok",
          statusWords(),
          "The same of a run that succeeded. Only such a run has a response time.");

  public static final ConfigOption<List<String>> RUN_STATUS_FAILED =
      RUNS_OPTIONS.list(
          "run.status.failed",
          "failed, failure, error, errored, timeout, timed out, cancelled, canceled, aborted,"
              + " killed, crashed, terminated, interrupted",
          statusWords(),
          "The same of a run that failed. What stands here counts in the failure rate.");

  public static final ConfigOption<Duration> RUN_MEMORY =
      RUNS_OPTIONS.duration(
          "run.memory",
          "24 h",
          durationBetween("1 min", "365 d"),
          "How long a finished run is remembered. Meanwhile a duplicate of its events has no effect,"
              + " and an event that contradicts it is a dead letter. Too short: an event that is"
              + " sent again later counts again in the rollups. Too long: each run takes 35 bytes"
              + " of memory on average, 3.0 GB for a day of 1,000 runs per second; on the state"
              + " backend hashmap 55 bytes, 4.8 GB.");

  public static final ConfigOption<Duration> RUN_MAX_OPEN =
      RUNS_OPTIONS.duration(
          "run.max-open",
          "7 d",
          durationBetween("1 min", "365 d"),
          "How long a run without an end stays in state; its row stays In Progress. Too short:"
              + " the end of a longer run counts as a new run. Too long: runs that never end,"
              + " such as those of a producer that only reports starts, fill the state.");

  public static final ConfigOption<Duration> RUN_TIMEOUT =
      RUNS_OPTIONS.duration(
          "run.timeout",
          "0 s",
          durationBetween("0 s", "365 d"),
          "After how long a run without an end counts as failed; 0 s means never. A real end that"
              + " arrives later is a dead letter, so a value near the longest honest run turns"
              + " good runs into failures. It may not exceed run.max-open, after which the job no"
              + " longer knows the run.");

  public static final ConfigOption<Duration> RUN_AWAIT_START =
      RUNS_OPTIONS.duration(
          "run.await-start",
          "10 min",
          durationBetween("0 s", "1 d"),
          "How long the job keeps the row of a run whose end arrives before its start, so that"
              + " the start can be merged into it. At 0 s, such a start is a dead letter with"
              + " reason late_start, and an end that tells no more than ended_at is one with reason"
              + " missing_field. Too long: whole rows, with input and output, stay in state,"
              + " and producers that send no starts pay this for every run.");

  public static final ConfigOption<MemorySize> RUN_AWAIT_START_MAX_BYTES =
      RUNS_OPTIONS.size(
          "run.await-start.max-bytes",
          "16 mb",
          sizeBetween("0 b", "512 mb"),
          "How many bytes of such rows one parallel instance keeps, and once more as many of ends"
              + " that tell no more than ended_at; the oldest leave first. Too small:"
              + " run.await-start is not reached under load. Too large: the rows take heap memory"
              + " and are part of every checkpoint.");

  public static final ConfigOption<String> RUN_HASH_KEY =
      RUNS_OPTIONS.secret(
          "run.hash-key",
          "243f6a8885a308d313198a2e03707344",
          matching("[0-9a-fA-F]{32}", "32 hexadecimal digits"),
          "The key of the hash by which finished runs are remembered: 32 hexadecimal digits."
              + " Everybody knows the default, so who can choose run ids could make two with one"
              + " hash, and the second would count as a duplicate. Set a key of your own (openssl"
              + " rand -hex 16) before the first start and keep it: with another key the job no"
              + " longer recognizes the runs that it has counted.");

  // Log entries

  public static final ConfigOption<LevelScale> LOG_LEVEL_SCALE =
      LOGS_OPTIONS.choice(
          "log.level.scale",
          LevelScale.PINO,
          oneOf("pino", "python", "otel", "syslog"),
          "What a level means that is a number, in entries that are JSON. pino, as in bunyan: 30 is"
              + " Info, 40 Warning, 50 Error. python: 20 Info, 30 Warning, 40 Error. otel: 9 Info,"
              + " 13 Warning, 17 Error. syslog: 6 Info, 4 Warning, 3 Error. A number that the scale"
              + " does not have is Info. Under a wrong one, errors look like warnings, or like"
              + " nothing at all; original_level still has the number.");

  public static final ConfigOption<Duration> LOG_AWAIT_RUN =
      LOGS_OPTIONS.duration(
          "log.await-run",
          "10 min",
          durationBetween("0 s", "1 d"),
          "How long the job keeps a log entry that arrives before its run, to write it again with"
              + " the script, deployment and function of the run. The entry itself is written at"
              + " once. As long it keeps korelogger's lines in the captured output of a finished"
              + " run, in case they are streamed too. Too short: entries that arrive long before"
              + " their run stay without a script (metric unenrichedLogs), and lines that are"
              + " streamed late are stored twice. Too long: entries stay in state, those of runs"
              + " that are never reported for the whole time.");

  public static final ConfigOption<Integer> LOG_AWAIT_RUN_MAX_ENTRIES =
      LOGS_OPTIONS.integer(
          "log.await-run.max-entries",
          1000,
          integerBetween(0, 1_000_000),
          "How many such entries of one run are kept; further ones stay as they arrived. It is also"
              + " the number of streamed entries of a run, at 8 to 22 bytes each, that are"
              + " remembered until its end for captured.korelogger. Too small: a talkative run whose"
              + " start arrives late is found under no script, and its lines are stored twice. Too"
              + " large: one run that is never reported can fill log.await-run.max-bytes.");

  public static final ConfigOption<MemorySize> LOG_AWAIT_RUN_MAX_BYTES =
      LOGS_OPTIONS.size(
          "log.await-run.max-bytes",
          "32 mb",
          sizeBetween("0 b", "8 gb"),
          "How many bytes of all this one parallel instance keeps; the oldest runs leave first. Too"
              + " small: log.await-run is not reached under load, and lines are stored twice. Too"
              + " large: it takes heap memory and is part of every checkpoint.");

  // Rollups

  public static final ConfigOption<Duration> ROLLUP_EMIT_INTERVAL =
      ROLLUPS_OPTIONS.duration(
          "rollup.emit-interval",
          "1 s",
          durationBetween("10 ms", "1 h"),
          "The shortest time between two writes of a changed cell. Too short: ClickHouse replaces"
              + " many more rollup rows. Too long: metrics lag behind by as much.");

  public static final ConfigOption<Duration> ROLLUP_COLD_EMIT_INTERVAL =
      ROLLUPS_OPTIONS.duration(
          "rollup.cold-emit-interval",
          "10 s",
          durationBetween("10 ms", "1 h"),
          "How long a change waits at most while more cells change than are written within"
              + " rollup.emit-interval; it may not be shorter than that. Too short: with 100,000"
              + " scripts, or in a replay, each cell is written over and over. Too long: figures"
              + " are seen later.");

  public static final ConfigOption<Duration> ROLLUP_PREAGGREGATE_INTERVAL =
      ROLLUPS_OPTIONS.duration(
          "rollup.preaggregate-interval",
          "500 ms",
          durationBetween("10 ms", "1 min"),
          "How long facts of one script are gathered before they are sent to their cell. Too"
              + " short: a busy script costs more in the one instance that has its cells. Too"
              + " long: metrics lag behind by as much, on top of rollup.emit-interval.");

  public static final ConfigOption<Duration> ROLLUP_ARRIVAL_GRACE =
      ROLLUPS_OPTIONS.duration(
          "rollup.arrival-grace",
          "1 h",
          durationBetween("1 min", "7 d"),
          "How long a cell stays in state after its arrival hour has passed. Too short: a record"
              + " that arrived in that hour and is read later, as after an outage of the job with"
              + " idle partitions, finds its cell gone. Too long: more cells are in state.");

  public static final ConfigOption<Integer> ROLLUP_MAX_DEPLOYMENT_IDS =
      ROLLUPS_OPTIONS.integer(
          "rollup.max-deployment-ids",
          1000,
          integerBetween(1, 100_000),
          "How many deployment ids of a script have metrics of their own per hour, where runs name no"
              + " deployment version. The runs of further ids count under the id other (metric"
              + " factsOfOtherDeployments). Too small: deployments share their metrics. Too large: a"
              + " producer that names a new id in every run fills state and run_rollups with one"
              + " cell per run.");

  // Log patterns

  public static final ConfigOption<MemorySize> PATTERNS_MAX_BYTES =
      PATTERNS_OPTIONS.size(
          "patterns.max-bytes",
          "32 mb",
          sizeBetween("64 kb", "8 gb"),
          "How many bytes of heap the patterns of all scripts may take in one parallel instance; a"
              + " script takes some 200 bytes per kind of message. Beyond it, the script without a"
              + " new message for longest is forgotten (metric forgottenPatternScripts). Too small:"
              + " messages that are new get patterns of their own beside those that are stored."
              + " Too large: it takes heap memory and is part of every checkpoint. No count depends"
              + " on it.");

  // Sinks

  public static final ConfigOption<Integer> SINK_BATCH_ROWS =
      WRITING_OPTIONS.integer(
          "sink.batch-rows",
          100000,
          integerBetween(1, 10_000_000),
          "The largest number of rows in one insert. Too small: many small parts, until"
              + " ClickHouse answers 'too many parts'. Too large: more memory, and more to send"
              + " again after a failed insert. Dead letters, which travel as text, go by 5000 at"
              + " most.");

  public static final ConfigOption<MemorySize> SINK_BATCH_BYTES =
      WRITING_OPTIONS.size(
          "sink.batch-bytes",
          "32 mb",
          sizeBetween("1 kb", "512 mb"),
          "The largest number of bytes in one insert, whatever its number of rows; a single"
              + " larger row goes alone. Each instance of a raw sink holds up to two such batches"
              + " on the heap: one is on its way, one fills. Rollups and dead letters go by 8 mb"
              + " at most.");

  public static final ConfigOption<Duration> SINK_BATCH_INTERVAL =
      WRITING_OPTIONS.duration(
          "sink.batch-interval",
          "1 s",
          durationBetween("10 ms", "10 min"),
          "How long a row waits at most for its batch to fill. Too short: many small parts, one"
              + " per table, instance, interval and day of the rows. Too long: rows are seen"
              + " later. A checkpoint sends every batch at once.");

  public static final ConfigOption<Duration> SINK_RETRY_BACKOFF_INITIAL =
      WRITING_OPTIONS.duration(
          "sink.retry-backoff-initial",
          "100 ms",
          durationBetween("1 ms", "1 min"),
          "How long a sink waits before it sends a failed insert again. The wait doubles after"
              + " each failure and varies at random, so that instances do not return at once.");

  public static final ConfigOption<Duration> SINK_RETRY_BACKOFF_MAX =
      WRITING_OPTIONS.duration(
          "sink.retry-backoff-max",
          "5 s",
          durationBetween("1 ms", "10 min"),
          "The longest wait between two attempts. Too short: all instances send to a server that"
              + " is still starting. Too long: the job may wait this long after the server is"
              + " back.");

  public static final ConfigOption<Duration> SINK_RETRY_TIMEOUT =
      WRITING_OPTIONS.duration(
          "sink.retry-timeout",
          "10 min",
          durationBetween("0 s", "7 d"),
          "How long a sink tries before it fails the job, which Flink then restarts from the last"
              + " checkpoint. Meanwhile nothing is lost, reading stops and checkpoints wait. Too"
              + " short: each restart of ClickHouse restarts the job. Longer than Flink's"
              + " execution.checkpointing.timeout: checkpoints may fail meanwhile, so let the job"
              + " tolerate some (execution.checkpointing.tolerable-failed-checkpoints).");

  // ClickHouse

  public static final ConfigOption<String> CLICKHOUSE_URL =
      CLICKHOUSE_OPTIONS.required(
          "clickhouse.url",
          "${CLICKHOUSE_URL}",
          matching(
              "(?i)(jdbc:(clickhouse|ch):)?https?://([^\\s/?#@:\\[\\]]+|\\[[0-9a-f:.]+\\])(:\\d{1,5})?/?",
              "http://host:8123, https://host:8443, jdbc:clickhouse:http://host:8123 or"
                  + " jdbc:clickhouse:https://host:8443, without user, path or parameters"),
          "Where ClickHouse listens for HTTP: http://host:8123 or https://host:8443, with or"
              + " without jdbc:clickhouse: before it. User, password and parameters have options"
              + " of their own, so that no secret ends up in a log with the address.");

  public static final ConfigOption<String> CLICKHOUSE_DATABASE =
      CLICKHOUSE_OPTIONS.text(
          "clickhouse.database",
          "script_analytics",
          matching("[A-Za-z_][A-Za-z0-9_]*", "a name of letters, digits and '_'"),
          "The database that the files in sql/ were applied to.");

  public static final ConfigOption<String> CLICKHOUSE_USERNAME =
      CLICKHOUSE_OPTIONS.text(
          "clickhouse.username",
          "script_writer",
          notEmpty(),
          "The user as whom the job writes. It needs INSERT on the job's tables, and nothing"
              + " else.");

  public static final ConfigOption<String> CLICKHOUSE_PASSWORD =
      CLICKHOUSE_OPTIONS.secretWithoutDefault(
          "clickhouse.password",
          "${CLICKHOUSE_PASSWORD}",
          new AllowedValues<>("a text", value -> true),
          "That user's password. It travels with the job, as part of the graph that Flink's"
              + " JobManager keeps; clickhouse.password-file does not.");

  public static final ConfigOption<String> CLICKHOUSE_PASSWORD_FILE =
      CLICKHOUSE_OPTIONS.optional(
          "clickhouse.password-file",
          "/run/secrets/clickhouse-password",
          notEmpty(),
          "A file on every TaskManager that holds the password, instead of clickhouse.password."
              + " It is read whenever a connection is made, so the password can change while the"
              + " job runs. A newline at its end is not part of the password.");

  // Retention

  public static final ConfigOption<Integer> RETENTION_DAYS =
      RETENTION_OPTIONS.integer(
          "retention.days",
          30,
          integerBetween(1, 65_535),
          "How many days raw rows live. The number is stamped on each row, so a change holds for"
              + " the rows written after it. Too short: runs and logs are gone while the rollups"
              + " still show them. Too long: raw rows fill the disk.");

  public static final ConfigOption<Map<String, String>> RETENTION_ACCOUNTS =
      RETENTION_OPTIONS.map(
          "retention.accounts",
          new AllowedValues<>(
              "account:days pairs separated by commas, such as acme:90,tiny:7, with days from 1 to"
                  + " 65535",
              days ->
                  days.values().stream().allMatch(JobOptions::isDays)
                      && days.keySet().stream().noneMatch(String::isEmpty)),
          "Other days for some accounts, as account:days, separated by commas, such as"
              + " acme:90,tiny:7. If an account has fewer days than event.max-age, its older"
              + " events are dead letters.");

  // Job

  public static final ConfigOption<String> JOB_NAME =
      JOB_OPTIONS.text(
          "job.name",
          "Script Analytics",
          notEmpty(),
          "What Flink's page and metrics call the job, and the table rollup_progress. Two jobs that"
              + " write to one database need two names.");

  public static final ConfigOption<Integer> JOB_MAX_PARALLELISM =
      JOB_OPTIONS.integer(
          "job.max-parallelism",
          128,
          integerBetween(1, 32_768),
          "The number of key groups of the state: the job can never run with a higher"
              + " parallelism, and with another number it cannot read its old state. Too small: a"
              + " limit for good. Too large: each key group costs some memory and some of every"
              + " checkpoint.");

  public static final ConfigOption<Boolean> JOB_ALLOW_NO_CHECKPOINTS =
      JOB_OPTIONS.flag(
          "job.allow-no-checkpoints",
          false,
          "Whether the job starts although checkpoints are off, as for a try. Without checkpoints"
              + " a failure starts over at the earliest offset, and Kafka's group sees no"
              + " progress.");

  static final String ALIAS_DESCRIPTION =
      "Every event.alias.NAME lists further names, separated by commas, of the field NAME of runs"
          + " and log entries in JSON, at the top of the event and within error and resources."
          + " EVENTS.md lists the fields and the names that they have without an option. Where an"
          + " event has a field by several names, the first in this order counts, and the others"
          + " are kept in extra: NAME itself, its further names in EVENTS.md, these. An alias that"
          + " means something else to one producer spoils the events of that one.";

  /** An alias, as its option is written. */
  static final String ALIAS_EXAMPLE = "run_id=execution_id,invocation_id";

  static final String REDACT_DESCRIPTION =
      "Every redact.patterns.NAME is a Java regular expression. What it matches is written as"
          + " [redacted:NAME], and the row's column redacted names the columns in which"
          + " something was masked. A name consists of letters, digits, '-' and '_'. Any"
          + " number of patterns is allowed. By default no pattern is set. In this file a"
          + " backslash is written twice. The job masks messages, level words, error codes,"
          + " stack traces, metadata and extra of runs and log entries, captured stdout and"
          + " stderr entry by entry, input and output, and the bytes, detail and"
          + " resource of dead letters. It never masks what rows are found by (account, script, run_id,"
          + " log_id) and the names and ids of deployment, function, source, request, trace"
          + " and span: no secret belongs there. JSON stays JSON: a pattern sees each name,"
          + " string and number by itself, without escapes, and then the text as a whole. If"
          + " a match spans several values, the job masks each of these values. Too wide:"
          + " what was logged cannot be read any more, and nothing brings it back. Slow:"
          + " every pattern reads every text. If one reads more than a million characters and"
          + " a hundred times the text, the value is masked as a whole, and the metric"
          + " redactionFailures counts it. A match that ends more than 64 kb behind the place"
          + " where its value is cut is not seen.";

  /** Patterns that many will want, by name. */
  static final Map<String, String> REDACT_EXAMPLES = examples();

  private static Map<String, String> examples() {
    Map<String, String> examples = new LinkedHashMap<>();
    examples.put("email", "\\b[\\w.%+-]{1,64}@[\\w-]+(?:\\.[\\w-]+)+\\b");
    examples.put("card", "\\b[3-6]\\d{3}(?:[ -]?\\d{4}){3}\\b");
    examples.put("bearer", "(?i)\\bbearer +[\\w.~+/-]+=*");
    return examples;
  }

  private JobOptions() {}

  /** Every option of the job. */
  public static List<ConfigOption<?>> all() {
    return CATALOGUE.declared().values().stream().<ConfigOption<?>>map(Declared::option).toList();
  }

  /** The options that name an attribute of korelogger's spans each. */
  static List<ConfigOption<String>> koreloggerAttributes() {
    return List.of(
        KORELOGGER_ATTRIBUTE_MESSAGE,
        KORELOGGER_ATTRIBUTE_LEVEL,
        KORELOGGER_ATTRIBUTE_LOG_ID,
        KORELOGGER_ATTRIBUTE_RUN_ID,
        KORELOGGER_ATTRIBUTE_DEPLOYMENT_ID,
        KORELOGGER_ATTRIBUTE_DEPLOYMENT_VERSION,
        KORELOGGER_ATTRIBUTE_SOURCE,
        KORELOGGER_ATTRIBUTE_SOURCE_TYPE,
        KORELOGGER_ATTRIBUTE_ACCOUNT,
        KORELOGGER_ATTRIBUTE_SCRIPT,
        KORELOGGER_ATTRIBUTE_FUNCTION);
  }

  /** Every option by key, with what the option itself does not say. */
  static Map<String, Declared<?>> declared() {
    return CATALOGUE.declared();
  }

  /**
   * Whether a value of that key must never be shown: the job's own secrets, and what looks like one
   * among the options of Kafka and the JDBC driver.
   */
  public static boolean isSecret(String key) {
    // A redaction pattern named "token" is not itself a secret.
    if (key.startsWith(JobConfiguration.REDACT_PATTERNS)
        || key.startsWith(JobConfiguration.ALIASES)) {
      return false;
    }
    Declared<?> declared = CATALOGUE.declared().get(key);
    if (declared != null) {
      return declared.secret();
    }
    String lower = key.toLowerCase(Locale.ROOT);
    return Stream.of(
            "password", "secret", "token", "jaas", "credential", "keystore.key", "passphrase")
        .anyMatch(lower::contains);
  }

  private static boolean isDays(String text) {
    try {
      int days = Integer.parseInt(text);
      return days >= 1 && days <= 65_535;
    } catch (NumberFormatException notOne) {
      return false;
    }
  }

  private static AllowedValues<List<String>> statusWords() {
    return listMatching(
        "[^\\p{Cntrl}]*[^\\s_-][^\\p{Cntrl}]*", "words, each once, separated by commas");
  }

  private static ConfigOption<String> attribute(String name, String value, String description) {
    return KORELOGGER_OPTIONS.text(
        "korelogger.attribute." + name,
        value,
        matching(
            "[^\"\\\\\\p{Cntrl}]+", "a name without quotes, backslashes and control characters"),
        description);
  }
}
