export default function (received) {
  return received;
}
