/** Subscribes a listener; what it returns ends the subscription. */
export type OutputSource<Value = unknown> = (listener: (value: Value) => void) => () => void;
