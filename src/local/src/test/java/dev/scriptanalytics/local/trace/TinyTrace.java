package dev.scriptanalytics.local.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A trace of three functions in three minutes, as files. */
public record TinyTrace(Path invocations, Path durations) {
  /** Runs of all functions together. */
  public static final int RUNS = 300 + 20 + 2;

  private static final String INVOCATIONS =
      """
      HashOwner,HashApp,HashFunction,Trigger,480,481,482
      owner1,app1,aaaaaaaaaaaaaaaa,queue,200,0,100
      owner1,app1,bbbbbbbbbbbbbbbb,http,0,15,5
      owner2,app2,cccccccccccccccc,timer,1,0,1
      """;

  private static final String DURATIONS =
      """
      HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,\
      percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,\
      percentile_Average_99,percentile_Average_100
      owner2,app2,cccccccccccccccc,100,2,90000,90000,90000,90000,90000,90000,90000,90000,90000
      owner1,app1,bbbbbbbbbbbbbbbb,5,20,0.0,9.0,0,0,3,5,7,9,9
      owner1,app1,aaaaaaaaaaaaaaaa,900,300,100.0,4000.0,100,200,500,800,1200,3000,4000
      """;

  /** Writes it into {@code folder}. */
  public static TinyTrace write(Path folder) throws IOException {
    return write(folder, INVOCATIONS, DURATIONS);
  }

  /** The same with a change made to the text of the runs per minute. */
  static TinyTrace writeInvocations(Path folder, String from, String to) throws IOException {
    return write(folder, INVOCATIONS.replace(from, to), DURATIONS);
  }

  /** The same with a change made to the text of the durations. */
  static TinyTrace writeDurations(Path folder, String from, String to) throws IOException {
    return write(folder, INVOCATIONS, DURATIONS.replace(from, to));
  }

  private static TinyTrace write(Path folder, String invocations, String durations)
      throws IOException {
    return new TinyTrace(
        Files.writeString(folder.resolve("invocations.csv"), invocations),
        Files.writeString(folder.resolve("durations.csv"), durations));
  }

  Trace read() throws IOException {
    return Trace.read(invocations, durations);
  }
}
