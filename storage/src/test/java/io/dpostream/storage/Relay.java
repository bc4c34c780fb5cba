package io.dpostream.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between clients and a server, counts what passes and breaks connections. */
final class Relay implements AutoCloseable {
  private final ServerSocket listening;
  private final URI server;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answersLeft = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong requestsLeft = new AtomicLong(Long.MAX_VALUE);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  Relay(URI server) throws IOException {
    this.server = server;
    this.listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    start(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** Bytes that came from the server so far. */
  long answered() {
    return answered.get();
  }

  /** Bytes that went to the server so far. */
  long sent() {
    return sent.get();
  }

  /** Breaks every connection, now and later, once so many more bytes have come from the server. */
  void breakAfterAnswering(long bytes) {
    answersLeft.set(bytes);
  }

  /** Breaks every connection, now and later, once so many more bytes have gone to the server. */
  void breakAfterSending(long bytes) {
    requestsLeft.set(bytes);
  }

  /** Breaks nothing any more. */
  void mend() {
    answersLeft.set(Long.MAX_VALUE);
    requestsLeft.set(Long.MAX_VALUE);
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        Socket behind = new Socket(server.getHost(), server.getPort());
        open.add(client);
        open.add(behind);
        start(() -> pass(client, behind, sent, requestsLeft));
        start(() -> pass(behind, client, answered, answersLeft));
      } catch (IOException e) {
        // closed, or the server is gone: the client sees a connection without an answer
      }
    }
  }

  private void pass(Socket from, Socket to, AtomicLong counted, AtomicLong left) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        long allowed = left.getAndAdd(-read);
        int passing = (int) Math.max(0, Math.min(read, allowed));
        out.write(buffer, 0, passing);
        counted.addAndGet(passing);
        if (passing < read) {
          return;
        }
      }
    } catch (IOException e) {
      // the other direction has closed both
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
