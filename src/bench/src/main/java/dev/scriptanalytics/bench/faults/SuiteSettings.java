package dev.scriptanalytics.bench.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the suite does.
 *
 * @param seed of the first round; each further one has the next number
 * @param rounds how often every fault happens, each time in another order
 * @param faults that happen in each round
 * @param eventsPerSecond what the producer sends, copies aside
 * @param settling how long the job runs undisturbed before and after each fault
 * @param lasting how long a fault of the events themselves lasts
 * @param away how long ClickHouse is not there
 * @param frozen how long it is stopped
 * @param refusing how long it refuses inserts
 * @param cut how long the network is cut
 * @param fullDisk how long the checkpoints' disk is full
 * @param badRecords how many make a flood
 * @param home a directory for all data and logs; its content is removed at the start
 */
public record SuiteSettings(
    long seed,
    int rounds,
    List<Fault> faults,
    int eventsPerSecond,
    Duration settling,
    Duration lasting,
    Duration away,
    Duration frozen,
    Duration refusing,
    Duration cut,
    Duration fullDisk,
    int badRecords,
    Path home) {

  public SuiteSettings {
    faults = List.copyOf(faults);
    home = home.toAbsolutePath();
  }
}
