"""Stands in for ONNX Runtime: a model whose logits are the first pixels of the image, times 10."""


class InferenceSession:
    def __init__(self, path):
        open(path, "rb").close()

    def run(self, outputs, inputs):
        assert outputs == ["logits"] and list(inputs) == ["pixel_values"]
        pixels = inputs["pixel_values"]
        assert pixels.dtype == "float32" and len(pixels.shape) == 4
        return [10 * pixels.reshape(len(pixels), -1)[:, :3]]
