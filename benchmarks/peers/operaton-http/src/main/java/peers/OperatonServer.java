package peers;

import org.operaton.bpm.engine.ProcessEngine;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Operaton with its own REST API, as its Spring Boot starter ships it; the referral is deployed. */
@SpringBootApplication
public class OperatonServer {
  public static void main(String[] arguments) { SpringApplication.run(OperatonServer.class, arguments); }

  @Bean
  CommandLineRunner deploy(ProcessEngine engine) {
    var model = Peer.model("referral", "http://operaton.org/schema/1.0/bpmn");
    return arguments -> engine.getRepositoryService().createDeployment().addString("referral.bpmn", model).deploy();
  }
}
