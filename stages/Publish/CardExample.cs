using Distill.Datasets.Images;

namespace Distill.Publish;

/// <summary>The Python program in a model card. It prepares an image as docs/examples/predict.py does, and runs the fp32 model.</summary>
internal static class CardExample
{
    /// <summary>Creates the program as a Markdown code block.</summary>
    /// <param name="shape">Shape of the images that the model expects.</param>
    public static string Create(ImageShape shape) => $$"""
        ```python
        import json

        import numpy as np
        import onnxruntime
        from PIL import Image

        config = json.load(open("config.json"))
        {{OpenImage(shape)}}
        {{ToPixels(shape)}}
        session = onnxruntime.InferenceSession("model.onnx")
        logits = session.run(["logits"], {"pixel_values": pixels})[0][0] / config["distill"]["temperature"]
        probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        best = int(probabilities.argmax())
        print(config["label_names"][best], probabilities[best])
        ```
        """;

    private static string OpenImage(ImageShape shape) =>
        $"image = Image.open(\"image.png\").convert(\"{(shape.Channels == 1 ? "L" : "RGB")}\")"
        + $".resize(({shape.Width}, {shape.Height}), Image.BICUBIC)";

    private static string ToPixels(ImageShape shape) =>
        $"pixels = np.asarray(image, np.float32).reshape({shape.Height}, {shape.Width}, {shape.Channels})"
        + ".transpose(2, 0, 1)[np.newaxis] / 255";
}
