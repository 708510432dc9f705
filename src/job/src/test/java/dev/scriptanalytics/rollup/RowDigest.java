package dev.scriptanalytics.rollup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The columns of a rollup row that hold its response times, made by the job's own digest; for tests
 * outside this package.
 *
 * @param means of the centroids, in milliseconds
 * @param weights the number of response times in each centroid
 */
public record RowDigest(List<Float> means, List<Integer> weights) {

  /** The columns for response times in milliseconds. */
  public static RowDigest of(Collection<Double> responseTimes) {
    Digest digest = new Digest();
    responseTimes.forEach(digest::add);
    Digest.Centroids centroids = digest.centroids();
    List<Float> means = new ArrayList<>();
    for (float mean : centroids.means()) {
      means.add(mean);
    }
    return new RowDigest(means, Arrays.stream(centroids.weights()).boxed().toList());
  }
}
