package peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that work side by side, and the times of what they do. */
final class Clients {
  interface Work { void run() throws Exception; }
  interface Item { void run(int number) throws Exception; }

  /** Milliseconds of one kind of operation. */
  static final class Times {
    private final ConcurrentLinkedQueue<Double> values = new ConcurrentLinkedQueue<>();

    void measure(Work work) throws Exception {
      long began = System.nanoTime();
      work.run();
      values.add(since(began));
    }

    /** The value below which that share of the values lies, by nearest rank. */
    double percentile(double share) {
      var ordered = values.stream().sorted().toList();
      return Math.round(ordered.get(Math.min(ordered.size() - 1, (int) (share * ordered.size()))) * 100) / 100.0;
    }

    double mean(int from, int to) {
      List<Double> all = new ArrayList<>(values).subList(from, to);
      return Math.round(all.stream().mapToDouble(Double::doubleValue).average().orElseThrow() * 1000) / 1000.0;
    }
  }

  private Clients() {}

  /** Does all items; returns the seconds it took. The first failure of a client ends the run. */
  static double work(int clients, int items, Item item) throws Exception {
    var next = new AtomicInteger();
    var pool = Executors.newFixedThreadPool(clients);
    long began = System.nanoTime();
    try {
      var all = new ArrayList<Future<?>>();
      for (int client = 0; client < clients; client++) {
        all.add(pool.submit(() -> {
          for (int number; (number = next.getAndIncrement()) < items; ) item.run(number);
          return null;
        }));
      }
      for (var one : all) one.get();
      return since(began) / 1000;
    } finally {
      pool.shutdownNow();
    }
  }

  static double since(long began) { return (System.nanoTime() - began) / 1e6; }
}
