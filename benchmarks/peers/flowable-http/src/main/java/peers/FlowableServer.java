package peers;

import org.flowable.engine.ProcessEngine;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Flowable with its own REST API, as its Spring Boot starter ships it; the referral is deployed. */
@SpringBootApplication
public class FlowableServer {
  public static void main(String[] arguments) { SpringApplication.run(FlowableServer.class, arguments); }

  @Bean
  CommandLineRunner deploy(ProcessEngine engine) {
    var model = Peer.model("referral", "http://flowable.org/bpmn");
    return arguments -> engine.getRepositoryService().createDeployment().addString("referral.bpmn20.xml", model).deploy();
  }
}
