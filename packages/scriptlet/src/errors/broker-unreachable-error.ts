/** Thrown if no connection to the MQTT broker could be made. */
export class BrokerUnreachableError extends Error {
  override readonly name = "BrokerUnreachableError";
  readonly code = "broker_unreachable";
  /** The requested `host:port`. */
  readonly address: string;

  constructor(address: string, seen: string, options?: ErrorOptions) {
    super(
      `Could not connect to the MQTT broker at ${address}: ${seen}. Is it running, and is the address right?`,
      options,
    );
    this.address = address;
  }
}
