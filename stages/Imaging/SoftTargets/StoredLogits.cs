// N rows, K classes, k stored classes
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>Logits in their stored form: of all K classes, or of the k likeliest with the sum of the others.</summary>
/// <remarks>
/// If a row has only its k largest logits, each other class gets <c>rest − log(K−k)</c>, an equal part of their common mass. At T = 1
/// the probabilities of the k classes are then those of the teacher, and so is the sum of the others. At other temperatures this is
/// an approximation, since it ignores the differences among the others. Equal parts have the largest entropy, so the others together get
/// too little below T = 1 and too much above it.
/// </remarks>
internal static class StoredLogits
{
    /// <summary>Expands rows to all classes.</summary>
    /// <param name="logits">Logits, K or k per row.</param>
    /// <param name="topClasses">Class of each logit; empty if rows have all K.</param>
    /// <param name="rest">Log-sum-exp of each row's other logits; empty if rows have all K.</param>
    /// <param name="classes">Number of classes, K.</param>
    /// <param name="device">Device of the result.</param>
    /// <returns>[N, K], fp32.</returns>
    public static Tensor Expand(float[] logits, int[] topClasses, float[] rest, int classes, Device device)
    {
        using var scope = NewDisposeScope();
        if (topClasses.Length == 0)
        {
            return tensor(logits, [logits.Length / classes, classes]).to(device).MoveToOuterDisposeScope();
        }

        var (rows, topK) = (rest.Length, topClasses.Length / rest.Length);
        var logOthers = Math.Log(classes - topK);
        var others_N1 = tensor([.. rest.Select(sum => (float)(sum - logOthers))], [rows, 1]).to(device);
        var classes_Nk = tensor(topClasses, [rows, topK]).to(device).to_type(ScalarType.Int64);
        var logits_Nk = tensor(logits, [rows, topK]).to(device);
        return others_N1.repeat(1, classes).scatter_(1, classes_Nk, logits_Nk).MoveToOuterDisposeScope();
    }
}
