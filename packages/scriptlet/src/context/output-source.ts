/** Subscribes a listener; returns a function that ends the subscription. */
export type OutputSource<Value = unknown> = (listener: (value: Value) => void) => () => void;
