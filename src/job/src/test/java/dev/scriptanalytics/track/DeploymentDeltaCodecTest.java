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
    Map<Integer, RunDeployment> identities = new LinkedHashMap<>();
    identities.put(1, identity("checkout", 1, "dep-1", "handle"));
    identities.put(0xffffff, identity("checkout", -1, "dep-1", "handle_all"));
    identities.put(0x8000, identity("check", 300, "", ""));
    identities.put(0x80, identity("", 0, "", "x".repeat(1000)));
    identities.put(7, identity("é".repeat(100), 2, "dep-2", "x".repeat(999)));
    identities.put(8, identity("é".repeat(99) + "è", 2, "dep-2", "x".repeat(999)));

    identities.forEach(writer::add);

    assertThat(read()).isEqualTo(identities);
  }

  @Test
  void takesLittleForIdentitiesThatAreAlike() {
    writer.add(1, identity("script_1000", 3, "deploy_03", "handle_order"));
    int first = writer.size();

    writer.add(2, identity("script_1729", 3, "deploy_03", "handle_order"));

    assertThat(writer.size() - first).isEqualTo(3 + 1 + 1 + 1 + "729".length());
  }

  private Map<Integer, RunDeployment> read() {
    ByteBuffer bytes = ByteBuffer.allocate(writer.size());
    writer.writeTo(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    Deployments identities = new Deployments(100);
    Map<Integer, Integer> numbers = new HashMap<>();
    DeploymentDeltaCodec.read(bytes.flip(), numbers, identities);
    Map<Integer, RunDeployment> read = new HashMap<>();
    numbers.forEach((number, here) -> read.put(number, identities.get(here)));
    return read;
  }

  private static RunDeployment identity(String script, int version, String id, String function) {
    return RunDeployment.of(
        script.getBytes(UTF_8), version, id.getBytes(UTF_8), function.getBytes(UTF_8));
  }
}
