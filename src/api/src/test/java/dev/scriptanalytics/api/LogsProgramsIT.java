package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The documented programs in JavaScript and Python, which assert by themselves what they are told.
 */
class LogsProgramsIT {
  private static final String ACCOUNT = "documented_programs";

  @RegisterExtension static final ApiStack api = new ApiStack();

  private static String key;

  @TempDir Path directory;

  @BeforeAll
  static void insertEntries() {
    key = ApiStack.keyOf(ACCOUNT);
    List<JsonNode> entries = new ArrayList<>(DocumentedEntries.recent());
    String last = entries.get(entries.size() - 1).get("timestamp").asText();
    // The programs look for figures within the metadata, where no documented entry has any.
    ObjectNode figures = LogTable.entry(last, "info", "Batch completed");
    figures.put("source", "performance_tracker").put("duration", 2.5);
    figures.putObject("metadata").put("memoryUsage", "12.5GB").put("gpuUtilization", 80);
    entries.add(figures);
    LogTable.insert(ApiStack.clickHouse(), ACCOUNT, LogTable.ENDPOINT, entries);
    LogTable.insert(
        ApiStack.clickHouse(),
        ACCOUNT,
        "ep_2345678901bcdefg",
        List.of(LogTable.entry(last, "error", "Disk full")));
  }

  @Test
  void theJavaScriptProgramFindsWhatItExpects() throws Exception {
    run("node", "logs-program.mjs", "ep_live_node");

    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted())
          .hasSize(3)
          .allMatch(
              name ->
                  name.matches("ep_1234567890abcdef_logs_\\d{4}-\\d{2}-\\d{2}\\.(csv|json|text)"));
    }
  }

  @Test
  void thePythonProgramFindsWhatItExpects() throws Exception {
    if (!isOnPath("python3")) {
      String reason = "Skipped: the documented Python program needs python3 on the PATH";
      System.out.println(reason);
      abort(reason);
    }
    run("python3", "logs_program.py", "ep_live_python");
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Runs a program to its end, and has entries arrive for an endpoint once it listens. */
  private void run(String interpreter, String resource, String liveEndpointId)
      throws IOException, URISyntaxException, InterruptedException {
    Path program = Path.of(LogsProgramsIT.class.getResource(resource).toURI());
    ProcessBuilder builder =
        new ProcessBuilder(interpreter, program.toString(), api.address("").toString());
    builder.directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().put("API_KEY", key);
    Process process = builder.start();
    // One that waits for what does not come would hold up the tests for ever.
    var unused =
        process
            .onExit()
            .orTimeout(2, TimeUnit.MINUTES)
            .whenComplete((ended, late) -> process.destroyForcibly());
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
        if (line.equals("listening")) {
          LogTable.insert(ApiStack.clickHouse(), ACCOUNT, liveEndpointId, liveEntries());
        }
      }
    }
    assertThat(process.waitFor()).as(output.toString()).isZero();
  }

  private static List<JsonNode> liveEntries() {
    List<JsonNode> entries = new ArrayList<>(Documentation.streamedEntries());
    ObjectNode error = LogTable.entry("2024-01-15T10:45:09Z", "error", "Upload failed");
    error.putObject("metadata").put("errorCode", "STORAGE_TIMEOUT");
    entries.add(error);
    return entries;
  }
}
