#:package Microsoft.ML.OnnxRuntime@1.31.1
// Classifies a portable graymap or pixmap with a published student: dotnet run predict.cs FOLDER IMAGE.pgm
using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(args[0], "config.json"))).RootElement;
long[] size = [.. config.GetProperty("pretrained_cfg").GetProperty("input_size").EnumerateArray().Select(n => n.GetInt64())];
var (file, area) = (File.ReadAllBytes(args[1]), (int)(size[1] * size[2]));
var head = $"{(size[0] == 1 ? "P5" : "P6")} {size[2]} {size[1]} 255 ";
if (Encoding.ASCII.GetString(file, 0, head.Length).Replace('\n', ' ') != head)
{
    throw new InvalidDataException($"{args[1]}: expected \"{head}\" and {area * size[0]} bytes");
}

var pixels = file[head.Length..];
float[] planes = [.. Enumerable.Range(0, (int)size[0]).SelectMany(c => Enumerable.Range(0, area).Select(i => pixels[(i * size[0]) + c] / 255f))];
using var session = new InferenceSession(Path.Combine(args[0], "model.onnx"));
using var images = OrtValue.CreateTensorValueFromMemory(planes, [1, .. size]);
using var outputs = session.Run(new RunOptions(), ["pixel_values"], [images], ["logits"]);
var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();
var temperature = config.GetProperty("distill").GetProperty("temperature").GetDouble();
var best = Array.IndexOf(logits, logits.Max());
Console.WriteLine($"{args[1]}: {config.GetProperty("label_names")[best]} ({100 / logits.Sum(x => Math.Exp((x - logits[best]) / temperature)):0.0} %)");
