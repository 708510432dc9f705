package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.scriptanalytics.ScriptAnalyticsJob;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.JobOptions;
import dev.scriptanalytics.testkit.process.Repository;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;
import org.apache.flink.kubernetes.operator.api.spec.JobState;
import org.apache.flink.kubernetes.operator.api.spec.UpgradeMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesFilesTest {
  /** Reads the models without what makes them lenient: fields that a model does not know. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }

                @Override
                public JsonIgnoreProperties.Value findPropertyIgnoralByName(
                    MapperConfig<?> config, Annotated annotated) {
                  return super.findPropertyIgnoralByName(config, annotated).withoutIgnoreUnknown();
                }
              });

  private static final Map<String, Object> DEPLOYED =
      DeployedFiles.yaml("deploy/kubernetes/flink-deployment.yaml").get(0);

  /** What the deployment says for itself, beside what every cluster gets. */
  private static final Set<String> OF_KUBERNETES =
      Set.of(
          "execution.checkpointing.dir",
          "execution.checkpointing.savepoint-dir",
          "high-availability.storageDir",
          "high-availability.type",
          "kubernetes.operator.job.upgrade.last-state-fallback.enabled",
          "kubernetes.operator.savepoint.history.max.count");

  /** What the deployment says in fields of its own, in place of the configuration. */
  private static final Set<String> FIELDS =
      Set.of(
          "jobmanager.memory.process.size",
          "parallelism.default",
          "taskmanager.memory.process.size");

  @Test
  void theDeploymentIsWhatTheOperatorReads() {
    FlinkDeployment deployment = deployment();

    assertThat(deployment.getApiVersion()).isEqualTo("flink.apache.org/v1beta1");
    assertThat(deployment.getKind()).isEqualTo("FlinkDeployment");
    assertThat(spec().getJob().getUpgradeMode()).isEqualTo(UpgradeMode.SAVEPOINT);
    assertThat(spec().getJob().getState()).isEqualTo(JobState.RUNNING);
    assertThat(spec().getJob().getEntryClass()).isEqualTo(ScriptAnalyticsJob.class.getName());
    // The model on Maven Central is older than the version that the job is built for.
    assertThat(DeployedFiles.map(DEPLOYED.get("spec"))).containsEntry("flinkVersion", "v2_2");
    assertThat(DeployedFiles.text("pom.xml")).contains("<flink.version>2.2.");
  }

  @Test
  void aFieldThatTheOperatorDoesNotKnowIsFound() {
    assertThatThrownBy(
            () -> STRICT.convertValue(Map.of("taskManagers", Map.of()), FlinkDeploymentSpec.class))
        .hasMessageContaining("taskManagers");
    assertThatThrownBy(() -> STRICT.convertValue(Map.of("runAsNoRoot", true), PodSpec.class))
        .hasMessageContaining("runAsNoRoot");
  }

  @Test
  void flinkIsConfiguredAsEverywhereElse() {
    Map<String, String> everywhere =
        new TreeMap<>(DeployedFiles.flat(DeployedFiles.yaml("deploy/flink/config.yaml").get(0)));
    everywhere.keySet().removeAll(FIELDS);
    everywhere.keySet().removeAll(OF_KUBERNETES);
    Map<String, String> here = new TreeMap<>(spec().getFlinkConfiguration());
    here.keySet().removeAll(OF_KUBERNETES);
    // On only where its port is let in by the cluster's own network.
    Stream.of(everywhere, here)
        .forEach(options -> options.keySet().removeIf(key -> key.startsWith("metrics.")));

    assertThat(here).isEqualTo(everywhere);
    assertThat(spec().getFlinkConfiguration().keySet())
        .filteredOn(key -> !key.startsWith("kubernetes.operator."))
        .allMatch(FlinkOptions::know)
        .containsAll(OF_KUBERNETES.stream().filter(key -> !key.startsWith("kubernetes.")).toList());
  }

  @Test
  void theJobTakesItsArgumentsAndFindsItsFiles() {
    Container container = container();
    List<String> arguments = new ArrayList<>(List.of(spec().getJob().getArgs()));
    int file = arguments.indexOf("--config") + 1;
    assertThat(mountedFiles(pod(), container)).contains(arguments.get(file));
    arguments.set(file, Repository.path("deploy/flink/script-analytics.properties").toString());

    JobConfiguration configuration =
        JobConfiguration.fromArgs(arguments.toArray(String[]::new), environment());

    assertThat(mountedFiles(pod(), container))
        .contains(configuration.get(JobOptions.CLICKHOUSE_PASSWORD_FILE));
    assertThat(container.getEnvFrom())
        .singleElement()
        .satisfies(
            source ->
                assertThat(source.getConfigMapRef().getName())
                    .isEqualTo("script-analytics-environment"));
    assertThat(DeployedFiles.text("deploy/Dockerfile"))
        .contains(spec().getJob().getJarURI().replaceFirst("^local://", ""));
  }

  @Test
  void nothingRunsAsRootOrWritesToItsImageOrTakesAllThereIs() {
    for (PodSpec pod : List.of(pod(), apiPod(), schemaJob().getSpec().getTemplate().getSpec())) {
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
      for (Container container : pod.getContainers()) {
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop())
            .containsExactly("ALL");
      }
    }
    assertThat(spec().getTaskManager().getResource().getMemory()).isNotEmpty();
    assertThat(spec().getJobManager().getResource().getMemory()).isNotEmpty();
    for (PodSpec pod : List.of(apiPod(), schemaJob().getSpec().getTemplate().getSpec())) {
      assertThat(pod.getContainers().get(0).getResources().getLimits())
          .containsKeys("cpu", "memory");
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    }
  }

  @Test
  void theApiServerStartsFromItsImageWithItsOptionsAndSecret() {
    Container container = apiPod().getContainers().get(0);
    Map<String, EnvVar> environment = new HashMap<>();
    container.getEnv().forEach(variable -> environment.put(variable.getName(), variable));

    ApiImage.expectToStart(container.getArgs(), environment);
    assertThat(mountedFiles(apiPod(), container)).contains(ApiImage.optionsFile());
    assertThat(ApiImage.instruction("USER"))
        .isEqualTo(
            apiPod().getSecurityContext().getRunAsUser()
                + ":"
                + apiPod().getSecurityContext().getRunAsGroup());
    assertThat(environment.get("CLICKHOUSE_URL").getValueFrom().getConfigMapKeyRef().getName())
        .isEqualTo("script-analytics-environment");
    assertThat(environment().keySet())
        .contains(environment.get("CLICKHOUSE_URL").getValueFrom().getConfigMapKeyRef().getKey());
    assertThat(environment.get("API_SESSION_KEY").getValue()).isNull();
    assertThat(DeployedFiles.text("deploy/kubernetes/README.md"))
        .contains(
            "create secret generic "
                + environment.get("API_SESSION_KEY").getValueFrom().getSecretKeyRef().getName(),
            "--from-file="
                + environment.get("API_SESSION_KEY").getValueFrom().getSecretKeyRef().getKey());
  }

  @Test
  void replicasOfTheApiServerComeAndGoWithoutLosingRequests() {
    Deployment deployment = api(Deployment.class);
    Container container = apiPod().getContainers().get(0);
    int pause =
        Integer.parseInt(container.getLifecycle().getPreStop().getExec().getCommand().get(1));

    assertThat(deployment.getSpec().getReplicas()).isGreaterThan(1);
    assertThat(
            deployment.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal())
        .isZero();
    assertThat(Duration.ofSeconds(apiPod().getTerminationGracePeriodSeconds()))
        .isGreaterThan(ApiImage.stopTimeout().plusSeconds(pause));
    assertThat(api(PodDisruptionBudget.class).getSpec().getMaxUnavailable().getIntVal()).isOne();
    assertThat(apiPod().getTopologySpreadConstraints()).hasSize(1);
    Map<Probe, String> probes =
        Map.of(
            container.getStartupProbe(), "/health/live",
            container.getLivenessProbe(), "/health/live",
            container.getReadinessProbe(), "/health/ready");
    probes.forEach(
        (probe, path) -> {
          assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
          assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
          assertThat(DeployedFiles.text("src/api/src/main/resources/openapi.yaml"))
              .contains("  " + path + ":");
        });
  }

  @Test
  void everythingOfTheApiServerFindsItsPodsAndItsPort() {
    Deployment deployment = api(Deployment.class);
    Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    NetworkPolicy policy = api(NetworkPolicy.class);

    assertThat(
            List.of(
                deployment.getSpec().getSelector().getMatchLabels(),
                apiPod().getTopologySpreadConstraints().get(0).getLabelSelector().getMatchLabels(),
                api(Service.class).getSpec().getSelector(),
                api(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels(),
                policy.getSpec().getPodSelector().getMatchLabels()))
        .containsOnly(labels);
    assertThat(apiPod().getContainers().get(0).getPorts())
        .singleElement()
        .satisfies(
            port -> {
              assertThat(port.getName()).isEqualTo("http");
              assertThat(port.getContainerPort()).hasToString(ApiImage.option("api.port"));
            });
    assertThat(api(Service.class).getSpec().getPorts())
        .singleElement()
        .satisfies(port -> assertThat(port.getTargetPort().getStrVal()).isEqualTo("http"));
    assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress");
    assertThat(policy.getSpec().getIngress())
        .singleElement()
        .satisfies(
            rule -> {
              assertThat(rule.getPorts())
                  .singleElement()
                  .satisfies(port -> assertThat(port.getPort().getStrVal()).isEqualTo("http"));
              assertThat(rule.getFrom())
                  .hasSize(2)
                  .allSatisfy(
                      peer ->
                          assertThat(peer.getNamespaceSelector().getMatchLabels())
                              .containsOnlyKeys("kubernetes.io/metadata.name"));
            });
  }

  @Test
  void everyPatchFindsTheImageThatItReplaces() {
    List<String> targets = new ArrayList<>();
    for (Object patch : (List<?>) kustomization().get("patches")) {
      Map<String, Object> target = DeployedFiles.map(DeployedFiles.map(patch).get("target"));
      targets.add(target.get("kind") + "/" + target.get("name"));
    }

    assertThat(targets)
        .containsExactlyInAnyOrder(
            "FlinkDeployment/" + DeployedFiles.map(DEPLOYED.get("metadata")).get("name"),
            "Deployment/" + api(Deployment.class).getMetadata().getName());
  }

  @Test
  void theSchemaJobRunsTheScriptWithTheFilesAndSecretsThatAreMounted() {
    PodSpec pod = schemaJob().getSpec().getTemplate().getSpec();
    Container container = pod.getContainers().get(0);

    assertThat(container.getImage())
        .isEqualTo(
            DeployedFiles.map(
                    DeployedFiles.map(
                            DeployedFiles.yaml("deploy/docker-compose.yml").get(0).get("services"))
                        .get("clickhouse"))
                .get("image"));
    assertThat(mountedFiles(pod, container)).contains(container.getCommand().get(1));
    assertThat(container.getCommand().get(2)).isEqualTo("/etc/script-analytics/sql");
    for (EnvVar variable : container.getEnv()) {
      assertThat(
              variable.getName().equals("HOME")
                  || DeployedFiles.text("deploy/clickhouse/apply-sql").contains(variable.getName()))
          .isTrue();
      if (variable.getName().endsWith("PASSWORD")) {
        assertThat(variable.getValue()).isNull();
        assertThat(variable.getValueFrom().getSecretKeyRef().getName()).isNotEmpty();
      }
    }
  }

  /** With a stand-in for the client, which is not in the library that the tests have. */
  @Test
  void secretsMayEndInAnEndOfLine(@TempDir Path directory) throws Exception {
    Path told = directory.resolve("told");
    Path client =
        Files.writeString(
            directory.resolve("clickhouse"),
            "#!/usr/bin/env bash\ncat >/dev/null\nprintf '%s,' \"$*\" \"$CLICKHOUSE_PASSWORD\" >"
                + told
                + "\n");
    assertThat(client.toFile().setExecutable(true)).isTrue();
    Path sql = Files.createDirectory(directory.resolve("sql"));
    Files.writeString(sql.resolve("1.sql"), "SELECT 1;");
    ProcessBuilder job =
        new ProcessBuilder(
                Repository.path("deploy/clickhouse/apply-sql").toString(), sql.toString())
            .inheritIO();
    job.environment().merge("PATH", directory + ":", (path, first) -> first + path);
    job.environment().put("CLICKHOUSE_USER", "admin\n");
    job.environment().put("CLICKHOUSE_PASSWORD", "secret\n");

    assertThat(job.start().waitFor()).isZero();

    assertThat(told)
        .hasContent("client --host localhost --port 9000 --user admin --multiquery,secret,");
  }

  @Test
  void kustomizeTakesEveryFileFromWhereItIs() throws IOException {
    assertThat(kustomization())
        .containsOnlyKeys(
            "apiVersion",
            "kind",
            "namespace",
            "resources",
            "patches",
            "configMapGenerator",
            "generatorOptions");
    List<String> files = new ArrayList<>(strings(kustomization().get("resources")));
    configMaps().values().forEach(map -> files.addAll(strings(map.get("files"))));
    assertThat(files)
        .allSatisfy(
            file ->
                assertThat(Repository.path("deploy/kubernetes").resolve(file).normalize())
                    .isRegularFile());

    Set<String> sql = new TreeSet<>();
    try (Stream<Path> all = Files.list(Repository.path("sql"))) {
      all.map(path -> "../../sql/" + path.getFileName())
          .filter(name -> name.endsWith(".sql"))
          .forEach(sql::add);
    }
    assertThat(strings(configMaps().get("script-analytics-sql").get("files")))
        .containsExactlyElementsOf(sql);
    // A reference to a name that kustomize has made longer would find nothing.
    assertThat(DeployedFiles.map(kustomization().get("generatorOptions")))
        .containsEntry("disableNameSuffixHash", true);
  }

  private static FlinkDeployment deployment() {
    Map<String, Object> spec = new HashMap<>(DeployedFiles.map(DEPLOYED.get("spec")));
    spec.remove("flinkVersion");
    Map<String, Object> whole = new HashMap<>(DEPLOYED);
    whole.put("spec", spec);
    return STRICT.convertValue(whole, FlinkDeployment.class);
  }

  private static FlinkDeploymentSpec spec() {
    return deployment().getSpec();
  }

  private static PodSpec pod() {
    PodTemplateSpec template = spec().getPodTemplate();
    return template.getSpec();
  }

  private static Container container() {
    return pod().getContainers().stream()
        .filter(container -> container.getName().equals("flink-main-container"))
        .findFirst()
        .orElseThrow();
  }

  private static PodSpec apiPod() {
    return api(Deployment.class).getSpec().getTemplate().getSpec();
  }

  /** The object of its kind in the file of the API server. */
  private static <T> T api(Class<T> kind) {
    return DeployedFiles.yaml("deploy/kubernetes/api.yaml").stream()
        .filter(document -> document.get("kind").equals(kind.getSimpleName()))
        .map(document -> STRICT.convertValue(document, kind))
        .findFirst()
        .orElseThrow();
  }

  private static Job schemaJob() {
    return STRICT.convertValue(
        DeployedFiles.yaml("deploy/kubernetes/schema-job.yaml").get(0), Job.class);
  }

  private static Map<String, Object> kustomization() {
    return DeployedFiles.yaml("deploy/kubernetes/kustomization.yaml").get(0);
  }

  private static Map<String, Map<String, Object>> configMaps() {
    Map<String, Map<String, Object>> maps = new HashMap<>();
    for (Object generated : (List<?>) kustomization().get("configMapGenerator")) {
      Map<String, Object> map = DeployedFiles.map(generated);
      maps.put(map.get("name").toString(), map);
    }
    return maps;
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    for (String literal :
        strings(configMaps().get("script-analytics-environment").get("literals"))) {
      int at = literal.indexOf('=');
      environment.put(literal.substring(0, at), literal.substring(at + 1));
    }
    return environment;
  }

  /** The files that a container sees of ConfigMaps and Secrets that are described here. */
  private static Set<String> mountedFiles(PodSpec pod, Container container) {
    Map<String, Volume> volumes = new HashMap<>();
    pod.getVolumes().forEach(volume -> volumes.put(volume.getName(), volume));
    Set<String> files = new HashSet<>();
    for (VolumeMount mount : container.getVolumeMounts()) {
      Volume volume = volumes.get(mount.getName());
      assertThat(volume).as(mount.getName()).isNotNull();
      if (volume.getConfigMap() != null) {
        strings(configMaps().get(volume.getConfigMap().getName()).get("files")).stream()
            .map(file -> mount.getMountPath() + "/" + Path.of(file).getFileName())
            .forEach(files::add);
      } else if (volume.getSecret() != null) {
        volume.getSecret().getItems().stream()
            .map(item -> mount.getMountPath() + "/" + item.getPath())
            .forEach(files::add);
      }
    }
    return files;
  }

  private static List<String> strings(Object list) {
    return list == null ? List.of() : ((List<?>) list).stream().map(Object::toString).toList();
  }
}
