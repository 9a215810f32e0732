using System.CommandLine;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Cli.Output;
using Distill.Datasets.Decoding;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using TorchSharp;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill predict</c>: classifies image files with a published student.</summary>
internal static class PredictCommand
{
    private const int Batch = 64;
    private const int DefaultTop = 3;

    public static Command Create()
    {
        var images = new Argument<string[]>("images")
        {
            Description = "PNG, JPEG, WebP, BMP or GIF files, folders of such files, or - to read paths from standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var model = CommonArguments.Model();
        var format = CommonArguments.Format();
        var top = NumberOptions.OptionalInteger(
            "--top", "Number of classes to print per image, at most all of the model. Default: 3, or all if there are fewer.", min: 1);
        var pipeline = CommonArguments.PipelineOption();
        var json = CommonArguments.Json();
        var command = new Command("predict", "Classify images with a published student.") { images, model, format, top, pipeline, json };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(model) ?? CommonArguments.PublishedFolder(parsed.GetRequiredValue(pipeline));
            using var published = PublishedModel.Load(folder, new Compute(torch.CPU, Bf16: false), parsed.GetRequiredValue(format));
            var classes = published.Config.Labels.Count;
            if (parsed.GetValue(top) > classes)
            {
                throw new UserException($"--top: found {parsed.GetValue(top)}, expected at most {classes}, the classes of the model");
            }

            var paths = ImagePaths.Expand(parsed.GetRequiredValue(images), Console.In, Console.Error.WriteLine);
            return Predict(published, paths, parsed.GetValue(top) ?? Math.Min(DefaultTop, classes), parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Classifies every file that it can read. The exit code tells whether it had to leave out others.</summary>
    private static int Predict(PublishedModel model, IEnumerable<string> paths, int top, bool json)
    {
        var predictions = new Predictions(model.Config.Labels, top);
        var exit = ExitCodes.Done;
        var any = false;
        var all = new JsonArray();
        foreach (var batch in paths.Chunk(Batch))
        {
            any = true;
            var read = batch
                .Select(path => (Path: path, Pixels: Read(path, model.Config)))
                .Where(image => image.Pixels is not null)
                .ToArray();
            exit = read.Length == batch.Length ? exit : ExitCodes.WrongInput;
            if (read.Length == 0)
            {
                continue;
            }

            var probabilities = model.Probabilities([.. read.Select(image => image.Pixels!)]);
            (string Path, float[] Probabilities)[] answers = [.. read.Select(image => image.Path).Zip(probabilities)];
            if (json)
            {
                foreach (var answer in answers)
                {
                    all.Add(Json(answer.Path, model.Config.Labels, answer.Probabilities, predictions.Best(answer.Probabilities)));
                }
            }
            else
            {
                predictions.Write(answers);
            }
        }

        if (!any)
        {
            throw new UserException(
                $"found no images to classify, expected image files ({ImageExtensions.List}) in the given folders, "
                + "or paths on standard input");
        }

        if (json)
        {
            Console.Out.WriteLine(all.ToJsonString(JsonFormat.Indented));
        }

        return exit;
    }

    private static JsonObject Json(string path, IReadOnlyList<string> labels, float[] probabilities, IReadOnlyList<int> best) => new()
    {
        ["image"] = path,
        ["label"] = labels[best[0]],
        ["probability"] = probabilities[best[0]],
        ["top"] = new JsonArray([.. best.Select(i => new JsonObject { ["label"] = labels[i], ["probability"] = probabilities[i] })]),
    };

    /// <summary>Reads the pixels of an image. For a file that is not one, writes a message to stderr and returns null.</summary>
    private static byte[]? Read(string path, ModelConfig config)
    {
        try
        {
            return ImageFile.Read(path, config.Preprocessing);
        }
        catch (UserException e)
        {
            Console.Error.WriteLine(e.Message);
            return null;
        }
    }
}
