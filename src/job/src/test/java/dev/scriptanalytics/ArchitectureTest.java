package dev.scriptanalytics;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The plan of the job's packages: the data's path, and two floors below it.
 *
 * <pre>
 *   kafka --> decode --> track --> rollup, pattern, row --> sink      configuration
 *   ---------------------------------------------------------------------------
 *   event, redact
 *   json, hash, serialize
 * </pre>
 *
 * <p>The plan of the modules needs no test, since the compiler holds it: the test kit depends on no
 * module with product code, and the job has the test kit in its tests only.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.scriptanalytics";
  private static final int LINES = 500;

  /** A table of options, which is read by the row. */
  private static final Set<String> LONGER = Set.of("JobOptions.java");

  private static final JavaClasses JOB =
      new ClassFileImporter().importPath(Repository.path("src/job/target/classes"));

  @Test
  void noPackageIsPartOfACycle() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(JOB);
  }

  @Test
  void nothingKnowsTheJobThatPutsItTogether() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT)
        .check(JOB);
  }

  @ParameterizedTest
  @CsvSource({"decode, track", "decode, sink", "track, sink"})
  void stagesOfThePathDoNotKnowEachOther(String one, String other) {
    assertApart(one, other);
    assertApart(other, one);
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "hash", "serialize"})
  void theGroundFloorKnowsNoOtherPackage(String ground) {
    assertKnowsOnly(ground);
  }

  @ParameterizedTest
  @CsvSource({"event, serialize", "redact, json"})
  void theFloorAboveKnowsOnlyTheGroundFloor(String floor, String ground) {
    assertKnowsOnly(floor, ground);
  }

  @Test
  void noClassIsLongerThanOneCanReadAtATime() throws IOException {
    List<String> longer = new ArrayList<>();
    for (Path file : sources("src/job/src/main/java")) {
      long lines;
      try (Stream<String> read = Files.lines(file)) {
        lines = read.count();
      }
      if (lines > LINES && !LONGER.contains(file.getFileName().toString())) {
        longer.add(file.getFileName() + ": " + lines + " lines");
      }
    }
    assertThat(longer).as("classes of more than %d lines", LINES).isEmpty();
  }

  @Test
  void everyPackageSaysWhatLivesThere() throws IOException {
    Set<String> silent = new TreeSet<>();
    for (Path module : modules()) {
      for (Path file : sources("src/" + module.getFileName() + "/src/main/java")) {
        if (!Files.exists(file.resolveSibling("package-info.java"))) {
          silent.add(module.relativize(file.getParent()).toString());
        }
      }
    }
    assertThat(silent).as("packages without package-info.java").isEmpty();
  }

  private static void assertApart(String one, String other) {
    noClasses()
        .that(resideInAPackage(within(one)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(within(other))
        .check(JOB);
  }

  private static void assertKnowsOnly(String one, String... others) {
    List<String> known = new ArrayList<>();
    known.add(within(one));
    for (String other : others) {
      known.add(within(other));
    }
    noClasses()
        .that(resideInAPackage(within(one)))
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(resideInAnyPackage(known.toArray(String[]::new)).negate()))
        .check(JOB);
  }

  private static String within(String name) {
    return ROOT + "." + name + "..";
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> directories = Files.list(Repository.path("src"))) {
      return directories
          .filter(module -> Files.isDirectory(module.resolve("src/main/java")))
          .toList();
    }
  }

  private static List<Path> sources(String directory) throws IOException {
    try (Stream<Path> files = Files.walk(Repository.path(directory))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }
}
