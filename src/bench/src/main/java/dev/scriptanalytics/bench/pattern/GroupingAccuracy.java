package dev.scriptanalytics.bench.pattern;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The share of lines whose group is right: it has exactly the lines of one true group (Zhu et al.,
 * "Tools and Benchmarks for Automated Log Parsing", ICSE-SEIP 2019).
 */
final class GroupingAccuracy {
  private GroupingAccuracy() {}

  /**
   * The accuracy, from 0 to 1.
   *
   * @param truth the true group of each line
   * @param found the group that each line was given, in the same order
   */
  static double of(List<String> truth, List<String> found) {
    Map<String, List<Integer>> trueGroups = groups(truth);
    int right = 0;
    for (List<Integer> group : groups(found).values()) {
      if (group.equals(trueGroups.get(truth.get(group.get(0))))) {
        right += group.size();
      }
    }
    return (double) right / truth.size();
  }

  /** The lines of each group, in order. */
  private static Map<String, List<Integer>> groups(List<String> ofLines) {
    Map<String, List<Integer>> groups = new HashMap<>();
    for (int line = 0; line < ofLines.size(); line++) {
      groups.computeIfAbsent(ofLines.get(line), group -> new ArrayList<>()).add(line);
    }
    return groups;
  }
}
