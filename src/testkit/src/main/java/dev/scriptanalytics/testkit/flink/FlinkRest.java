package dev.scriptanalytics.testkit.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobStatus;

/** The requests to a Flink cluster's REST API that the local stack and the tests need. */
public final class FlinkRest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(1);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI address;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  /**
   * A client of the cluster at an address.
   *
   * @param address such as {@code http://127.0.0.1:8081}
   */
  public FlinkRest(URI address) {
    this.address = address;
  }

  /** Whether the JobManager answers and at least so many TaskManagers have registered with it. */
  public boolean hasTaskManagers(int count) {
    try {
      return get("/overview").path("taskmanagers").asInt() >= count;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  /** The state of a job; empty if the cluster does not know it. */
  public Optional<JobStatus> jobStatus(String jobId) {
    return found("/jobs/" + jobId).map(job -> JobStatus.valueOf(job.path("state").asText()));
  }

  /** Whether the job and every one of its tasks runs. */
  public boolean allTasksRun(String jobId) {
    return found("/jobs/" + jobId)
        .filter(
            job ->
                StreamSupport.stream(job.path("vertices").spliterator(), false)
                    .allMatch(vertex -> vertex.path("status").asText().equals("RUNNING")))
        .filter(job -> job.path("state").asText().equals("RUNNING"))
        .isPresent();
  }

  /**
   * How often the job has failed and restarted since it was submitted. Flink counts up to {@code
   * web.exception-history-size}, 16.
   */
  public int failures(String jobId) {
    return get("/jobs/" + jobId + "/exceptions").path("exceptionHistory").path("entries").size();
  }

  /** The number of checkpoints that the job has completed since it was submitted. */
  public int completedCheckpoints(String jobId) {
    return get("/jobs/" + jobId + "/checkpoints").path("counts").path("completed").asInt();
  }

  /** Why the job failed or was restarted last: a Java stack trace. */
  public Optional<String> lastFailure(String jobId) {
    return found("/jobs/" + jobId + "/exceptions")
        .map(answer -> answer.path("exceptionHistory").path("entries").path(0).path("stacktrace"))
        .map(JsonNode::asText)
        .filter(trace -> !trace.isBlank());
  }

  /**
   * Takes a checkpoint now and waits for it.
   *
   * @return whether it was completed in time
   */
  public boolean checkpoint(String jobId, Duration atMost) {
    String checkpoints = "/jobs/" + jobId + "/checkpoints";
    try {
      String trigger = send("POST", checkpoints, "{}").path("request-id").asText();
      String[] outcome = new String[1];
      return Waiting.until(
              atMost,
              () -> {
                JsonNode answer = get(checkpoints + "/" + trigger);
                outcome[0] = answer.path("operation").path("failure-cause").asText();
                return answer.path("status").path("id").asText().equals("COMPLETED");
              })
          && outcome[0].isEmpty();
    } catch (UncheckedIOException refused) {
      return false;
    }
  }

  /**
   * Stops the job with a savepoint, from which a job of another version or parallelism can
   * continue.
   *
   * @param directory of the savepoint
   * @return the savepoint
   * @throws IllegalStateException if there is none in time; the message says why
   */
  public Path stopWithSavepoint(String jobId, Path directory, Duration atMost) {
    String body =
        JSON.createObjectNode()
            .put("targetDirectory", "file://" + directory.toAbsolutePath())
            .put("formatType", "CANONICAL")
            .put("drain", false)
            .toString();
    String trigger = send("POST", "/jobs/" + jobId + "/stop", body).path("request-id").asText();
    JsonNode[] answer = new JsonNode[1];
    boolean answered =
        Waiting.until(
            atMost,
            () -> {
              answer[0] = get("/jobs/" + jobId + "/savepoints/" + trigger);
              return answer[0].path("status").path("id").asText().equals("COMPLETED");
            });
    String location = answer[0].path("operation").path("location").asText();
    if (!answered || location.isEmpty()) {
      throw new IllegalStateException("Flink has taken no savepoint: " + answer[0]);
    }
    Waiting.until(
        atMost, () -> jobStatus(jobId).map(JobStatus::isGloballyTerminalState).orElse(true));
    return Path.of(URI.create(location).getPath());
  }

  /**
   * Uploads a jar and starts its job, as the web page does. Its main method runs in the JobManager.
   *
   * @param from the savepoint or checkpoint to continue from, if any
   * @param arguments of the job's main method
   * @return the job's id
   */
  public String submit(Path jar, Optional<Path> from, int parallelism, List<String> arguments) {
    String boundary = "jar-" + UUID.randomUUID();
    String uploaded =
        json(response(
                HttpRequest.newBuilder(URI.create(address + "/jars/upload"))
                    .timeout(UPLOAD_TIMEOUT)
                    .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                    .POST(multipart(jar, boundary))
                    .build()))
            .path("filename")
            .asText();
    ObjectNode run = JSON.createObjectNode().put("parallelism", parallelism);
    arguments.forEach(run.withArray("programArgsList")::add);
    from.ifPresent(savepoint -> run.put("savepointPath", "file://" + savepoint));
    String path = "/jars/" + uploaded.substring(uploaded.lastIndexOf('/') + 1) + "/run";
    return send("POST", path, run.toString()).path("jobid").asText();
  }

  private static HttpRequest.BodyPublisher multipart(Path jar, String boundary) {
    String head =
        String.join(
            "\r\n",
            "--" + boundary,
            "Content-Disposition: form-data; name=jarfile; filename=\"" + jar.getFileName() + '"',
            "Content-Type: application/x-java-archive",
            "",
            "");
    try {
      return BodyPublishers.concat(
          BodyPublishers.ofString(head),
          BodyPublishers.ofFile(jar),
          BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + jar + ".", e);
    }
  }

  /**
   * Cancels the job, which leaves its last checkpoint, and waits until it has ended.
   *
   * @return whether it has ended
   */
  public boolean cancel(String jobId, Duration atMost) {
    send("PATCH", "/jobs/" + jobId + "?mode=cancel", "");
    return Waiting.until(
        atMost, () -> jobStatus(jobId).map(JobStatus::isGloballyTerminalState).orElse(true));
  }

  /**
   * The cluster's answer at a path of its REST API.
   *
   * @param path such as {@code /jobs/overview}
   * @throws UncheckedIOException if it does not answer, or answers with an error
   */
  public JsonNode get(String path) {
    return send("GET", path, "");
  }

  private Optional<JsonNode> found(String path) {
    HttpResponse<byte[]> response = response("GET", path, "");
    return response.statusCode() == 404 ? Optional.empty() : Optional.of(json(response));
  }

  private JsonNode send(String method, String path, String body) {
    return json(response(method, path, body));
  }

  private static JsonNode json(HttpResponse<byte[]> response) {
    try {
      JsonNode body = JSON.readTree(response.body());
      if (response.statusCode() >= 300) {
        throw new IOException(
            "Flink answered "
                + response.statusCode()
                + ": "
                + body.path("errors").path(0).asText());
      }
      return body;
    } catch (IOException e) {
      throw new UncheckedIOException(response.uri() + ": " + e.getMessage(), e);
    }
  }

  private HttpResponse<byte[]> response(String method, String path, String body) {
    return response(
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }

  private HttpResponse<byte[]> response(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("Flink does not answer at " + address + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while Flink was asked.", e);
    }
  }
}
