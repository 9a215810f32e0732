namespace Distill.Publish;

/// <summary>The Python program in a model card. It prepares an image with docs/examples/prepare.py, and runs the fp32 model.</summary>
internal static class CardExample
{
    private const string Resource = "prepare.py";
    private const string FirstImport = "import ";

    /// <summary>Creates the program as a Markdown code block.</summary>
    public static string Create() => $$"""
        ```python
        import json

        import onnxruntime
        {{Preparation()}}


        config = json.load(open("config.json"))
        session = onnxruntime.InferenceSession("model.onnx")
        pixels = prepare("image.png", config)
        logits = session.run(["logits"], {"pixel_values": pixels})[0][0] / config["distill"]["temperature"]
        probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        best = int(probabilities.argmax())
        print(config["label_names"][best], probabilities[best])
        ```
        """;

    /// <summary>Returns the imports and functions of docs/examples/prepare.py, without its first line.</summary>
    private static string Preparation()
    {
        using var file = new StreamReader(typeof(CardExample).Assembly.GetManifestResourceStream(Resource)!);
        var program = file.ReadToEnd().TrimEnd();
        return program[program.IndexOf(FirstImport, StringComparison.Ordinal)..];
    }
}
