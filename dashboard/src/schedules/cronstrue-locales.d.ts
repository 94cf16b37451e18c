declare module 'cronstrue/locales/*';
