package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.row.RunDeployment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeploymentDeltaCodecTest {
  private final DeploymentDeltaCodec writer = new DeploymentDeltaCodec();

  @Test
  void writesNoneAsNone() {
    assertThat(read()).isEmpty();
  }

  @Test
  void givesBackWhatWasWritten() {
    Map<Integer, RunDeployment> deployments = new LinkedHashMap<>();
    deployments.put(1, deployment("checkout", 1, "dep-1", "handle"));
    deployments.put(0xffffff, deployment("checkout", -1, "dep-1", "handle_all"));
    deployments.put(0x8000, deployment("check", 300, "", ""));
    deployments.put(0x80, deployment("", 0, "", "x".repeat(1000)));
    deployments.put(7, deployment("é".repeat(100), 2, "dep-2", "x".repeat(999)));
    deployments.put(8, deployment("é".repeat(99) + "è", 2, "dep-2", "x".repeat(999)));

    deployments.forEach(writer::add);

    assertThat(read()).isEqualTo(deployments);
  }

  @Test
  void takesLittleForDeploymentsThatAreAlike() {
    writer.add(1, deployment("script_1000", 3, "deploy_03", "handle_order"));
    int first = writer.size();

    writer.add(2, deployment("script_1729", 3, "deploy_03", "handle_order"));

    assertThat(writer.size() - first).isEqualTo(3 + 1 + 1 + 1 + "729".length());
  }

  private Map<Integer, RunDeployment> read() {
    ByteBuffer bytes = ByteBuffer.allocate(writer.size());
    writer.writeTo(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    Deployments deployments = new Deployments(100);
    Map<Integer, Integer> numbers = new HashMap<>();
    DeploymentDeltaCodec.read(bytes.flip(), numbers, deployments);
    Map<Integer, RunDeployment> read = new HashMap<>();
    numbers.forEach((number, here) -> read.put(number, deployments.get(here)));
    return read;
  }

  private static RunDeployment deployment(String script, int version, String id, String function) {
    return RunDeployment.of(
        script.getBytes(UTF_8), version, id.getBytes(UTF_8), function.getBytes(UTF_8));
  }
}
