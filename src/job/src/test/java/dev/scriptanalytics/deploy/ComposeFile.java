package dev.scriptanalytics.deploy;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What {@code deploy/docker-compose.yml} uses of the Compose specification, in the long or the
 * short form that it uses it in: https://github.com/compose-spec/compose-spec/blob/main/spec.md.
 * Read strictly, so that a field that is misspelt or at the wrong place is an error.
 */
record ComposeFile(
    String name,
    @JsonProperty("x-flink") Object flink,
    Map<String, Service> services,
    Map<String, Secret> secrets,
    Map<String, Object> volumes) {

  record Service(
      String image,
      Build build,
      List<String> entrypoint,
      Object command,
      Map<String, Object> environment,
      List<String> volumes,
      List<String> secrets,
      List<String> ports,
      Map<String, Integer> ulimits,
      Healthcheck healthcheck,
      @JsonProperty("depends_on") Map<String, Dependency> dependsOn,
      @JsonProperty("network_mode") String networkMode,
      @JsonProperty("mem_limit") String memLimit,
      @JsonProperty("read_only") Boolean readOnly,
      @JsonProperty("cap_drop") List<String> capDrop,
      @JsonProperty("security_opt") List<String> securityOpt,
      @JsonProperty("stop_grace_period") String stopGracePeriod,
      String user,
      Restart restart) {

    Service {
      environment = environment == null ? Map.of() : environment;
      volumes = volumes == null ? List.of() : volumes;
      secrets = secrets == null ? List.of() : secrets;
      ports = ports == null ? List.of() : ports;
      dependsOn = dependsOn == null ? Map.of() : dependsOn;
    }
  }

  record Build(String context, String dockerfile) {}

  record Healthcheck(List<String> test, String interval, String timeout, int retries) {}

  record Dependency(Condition condition) {}

  record Secret(String environment) {}

  enum Condition {
    @JsonProperty("service_healthy")
    HEALTHY,
    @JsonProperty("service_completed_successfully")
    COMPLETED
  }

  enum Restart {
    @JsonProperty("unless-stopped")
    UNLESS_STOPPED
  }
}
