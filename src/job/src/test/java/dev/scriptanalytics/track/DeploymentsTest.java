package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.row.RunDeployment;
import dev.scriptanalytics.row.RunRow;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeploymentsTest {
  private final Deployments deployments = new Deployments(1000);

  @Test
  void givesEqualDeploymentsOneNumberAndOthersAnother() {
    Set<Integer> numbers = new HashSet<>();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 500; i++) {
        int number = deployments.of(deployment(i));
        numbers.add(number);
        assertThat(deployments.get(number)).isEqualTo(deployment(i));
      }
    }
    assertThat(numbers).hasSize(500).doesNotContain(Deployments.UNKNOWN);
    assertThat(deployments.size()).isEqualTo(500);
  }

  @Test
  void knowsARunByItsRow() {
    RunEvents events = new RunEvents();
    RunRow run =
        new RunRow()
            .wrap(
                events
                    .start("a")
                    .with("script", "s1")
                    .with("deployment_version", 1)
                    .with("deployment_id", "d1")
                    .with("function", "f1")
                    .decoded()
                    .row);

    assertThat(deployments.of(run)).isEqualTo(deployments.of(deployment(1)));
    assertThat(deployments.get(deployments.of(run))).isEqualTo(deployment(1));
  }

  @Test
  void tellsApartWhatDiffersInOnePart() {
    byte[] a = "a".getBytes(UTF_8);
    byte[] b = "b".getBytes(UTF_8);
    List<RunDeployment> all = new ArrayList<>();
    for (byte[] script : new byte[][] {a, b}) {
      for (int version = 1; version < 3; version++) {
        for (byte[] id : new byte[][] {a, b}) {
          for (byte[] function : new byte[][] {a, b}) {
            all.add(RunDeployment.of(script, version, id, function));
          }
        }
      }
    }
    assertThat(all.stream().map(deployments::of).distinct()).hasSize(16);
  }

  @Test
  void takesNoMoreThanItsBound() {
    for (int i = 0; i < 1000; i++) {
      deployments.of(deployment(i));
    }
    assertThat(deployments.of(deployment(1000))).isEqualTo(Deployments.UNKNOWN);
    assertThat(deployments.get(Deployments.UNKNOWN)).isNull();
    assertThat(deployments.of(deployment(999))).isNotEqualTo(Deployments.UNKNOWN);
  }

  @Test
  void forgetsWhatIsNotUsedAndGivesItsNumberToOthers() {
    BitSet used = new BitSet();
    for (int i = 0; i < 1000; i++) {
      int number = deployments.of(deployment(i));
      used.set(number, i % 10 == 0);
    }
    BitSet forgotten = deployments.retain(used);

    assertThat(forgotten.cardinality()).isEqualTo(900);
    assertThat(deployments.size()).isEqualTo(100);
    for (int i = 0; i < 1000; i += 10) {
      assertThat(used.get(deployments.of(deployment(i)))).isTrue();
    }
    for (int i = 5000; i < 5900; i++) {
      assertThat(forgotten.get(deployments.of(deployment(i)))).isTrue();
    }
    assertThat(deployments.of(deployment(6000))).isEqualTo(Deployments.UNKNOWN);
  }

  private static RunDeployment deployment(int i) {
    return RunDeployment.of(
        ("s" + i).getBytes(UTF_8), i, ("d" + i).getBytes(UTF_8), ("f" + i).getBytes(UTF_8));
  }
}
