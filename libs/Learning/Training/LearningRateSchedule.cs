namespace DaprHep.Learning.Training;

/// <summary>How the learning rate changes while training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Down to zero along half a cosine, step by step (Loshchilov and Hutter, arXiv:1608.03983).</summary>
    Cosine,
}

/// <summary>Evaluates schedules.</summary>
internal static class LearningRateSchedules
{
    /// <summary>The learning rate of one step.</summary>
    /// <param name="schedule">The shape.</param>
    /// <param name="start">The rate of step 0.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps in all.</param>
    internal static double At(this LearningRateSchedule schedule, double start, long step, long steps) => schedule switch
    {
        LearningRateSchedule.Cosine => start * 0.5 * (1 + Math.Cos(Math.PI * step / steps)),
        _ => start,
    };
}
