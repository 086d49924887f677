/** Why settings that people write for MLX do nothing, as checked in its sources. */

export const oneGpu =
  "a Mac has one GPU; MLX spreads a model over several machines only, by mlx.launch";
export const alwaysGpu = "mlx_lm.server has no such switch; it always uses the GPU";
