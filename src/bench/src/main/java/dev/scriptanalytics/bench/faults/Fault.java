package dev.scriptanalytics.bench.faults;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can happen to the job, its neighbours or its events. */
public enum Fault {
  TASKMANAGER_KILL("every TaskManager is killed, and replaced at once", 20, true),
  ONE_OF_TWO("one of two TaskManagers is killed; the other one takes its tasks", 20, false),
  JOBMANAGER_KILL("the JobManager is killed; one that stands by takes over", 0, false),
  KAFKA_KILL("the Kafka broker is killed and started again", 0, false),
  CLICKHOUSE_KILL("ClickHouse is killed and started again", 10, true),
  CLICKHOUSE_AWAY("ClickHouse is killed, and away for a while (--away)", 10, false),
  CLICKHOUSE_FROZEN("ClickHouse is stopped by SIGSTOP for a while (--frozen)", 10, false),
  TOO_MANY_PARTS("ClickHouse refuses inserts for too many parts (--refusing)", 10, false),
  READ_ONLY("ClickHouse refuses inserts, for the user may only read (--refusing)", 10, false),
  QUOTA("ClickHouse refuses inserts, for the user's quota is used up (--refusing)", 10, false),
  NETWORK_CUT("nothing passes between the job and ClickHouse for a while (--cut)", 10, true),
  BAD_RECORDS("a flood of records that nobody can use (--bad-records)", 0, true),
  THREE_TIMES("every record comes three times", 0, true),
  SHUFFLED("records come in random order within ten minutes", 0, false),
  IDLE_PARTITION("one partition of each topic gets nothing", 0, false),
  FULL_DISK("the disk of the checkpoints is full for a while (--full-disk)", 0, false);

  private final String description;
  private final int targetSeconds;
  private final boolean quick;

  Fault(String description, int targetSeconds, boolean quick) {
    this.description = description;
    this.targetSeconds = targetSeconds;
    this.quick = quick;
  }

  /** As it is called on the command line, such as {@code taskmanager-kill}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What happens, for a person. */
  public String description() {
    return description;
  }

  /** Within how many seconds rows shall flow again; empty where no target is set. */
  Optional<Integer> targetSeconds() {
    return targetSeconds == 0 ? Optional.empty() : Optional.of(targetSeconds);
  }

  /** How the producer sends meanwhile. */
  SendingPattern manner() {
    return switch (this) {
      case THREE_TIMES -> SendingPattern.THREE_TIMES;
      case SHUFFLED -> SendingPattern.SHUFFLED;
      case IDLE_PARTITION -> SendingPattern.WITHOUT_LAST_PARTITION;
      default -> SendingPattern.IN_ORDER;
    };
  }

  /** The faults that are over soon. */
  public static List<Fault> quickOnes() {
    return Arrays.stream(values()).filter(fault -> fault.quick).toList();
  }

  /** The fault of that name. */
  public static Optional<Fault> of(String word) {
    return Arrays.stream(values()).filter(fault -> fault.word().equals(word)).findFirst();
  }
}
