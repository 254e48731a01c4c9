/** Thrown when no connection to the MQTT broker came about. */
export class BrokerUnreachableError extends Error {
  override readonly name = "BrokerUnreachableError";
  readonly code = "broker_unreachable";
  /** `host:port` as it was asked for. */
  readonly address: string;

  constructor(address: string, seen: string, options?: ErrorOptions) {
    super(
      `Could not connect to the MQTT broker at ${address}: ${seen}. Is it running, and is the address right?`,
      options,
    );
    this.address = address;
  }
}
